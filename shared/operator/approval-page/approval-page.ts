import { cutText } from '../../domain/base/cut-text.js';
import { visibleText } from '../../domain/base/visible-text.js';
import { createHash } from 'node:crypto';

/** Content of the page on which an approval is decided. */
export interface ApprovalForm {
  readonly application: string;
  readonly workflow: string;
  readonly title: string;
  readonly details: unknown;
  /** Name of the people for whom the reader of the page decides. */
  readonly approvers: string;
  /** Name of other people who may decide as well; the first decision stands. */
  readonly others?: string;
  /** ISO 8601. */
  readonly until: string;
  /** Fault of the form that was sent, for the reader. */
  readonly problem?: string;
  /** Reason that stood in the form that was sent. */
  readonly reason?: string;
}

/** Content of a page that only informs. */
export interface Notice {
  readonly title: string;
  /** Sentences, each a paragraph. */
  readonly lines: readonly string[];
}

/** Most characters of a reason. */
export const LONGEST_REASON = 1_000;

/** Most characters that are shown of one detail. */
const MOST_DETAILS = 20_000;

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }
dt { font-weight: 600; margin-top: 0.75rem; }
dd { margin: 0; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
textarea { box-sizing: border-box; display: block; font: inherit; min-height: 6rem; width: 100%; }
button { font: inherit; margin: 1rem 1rem 0 0; padding: 0.5rem 1.5rem; }
[role='alert'] { border: 2px solid; padding: 0.5rem 1rem; }
`;

/**
 * Headers of every page: nothing is loaded, run, framed, kept or passed on (the address is a credential, so no referrer),
 * and the form can only be sent to where it came from.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
};

/** The page on which an approval is decided. It has no script, and all text that comes from data is escaped. */
export function formPage(form: ApprovalForm): string {
  const { application, workflow, title, details, approvers, others, until, problem, reason = '' } = form;
  const facts: [string, string][] = [
    ['Asked', text(approvers)],
    ...(others === undefined ? [] : [['Asked as well', text(others)] satisfies [string, string]]),
    ['To be decided until', time(until)],
    ['By whom it is asked', `workflow ${text(workflow)} of ${text(application)}`],
  ];
  return page(title, [
    ...(problem === undefined ? [] : [`<p role="alert">${text(problem)}</p>`]),
    terms(facts),
    ...detailsOf(details),
    '<form method="post">',
    '<label for="reason">Why (kept with the decision)</label>',
    `<textarea id="reason" name="reason" required maxlength="${LONGEST_REASON}">\n${text(reason)}</textarea>`,
    '<button name="decision" value="approved">Approve</button>',
    '<button name="decision" value="rejected">Reject</button>',
    '</form>',
    '<p>Nothing is decided before one of the buttons is pressed. The first decision stands.</p>',
  ]);
}

/** The page that informs and says what to do next. */
export function noticePage({ title, lines }: Notice): string {
  return page(
    title,
    lines.map((line) => `<p>${text(line)}</p>`),
  );
}

function page(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${text(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${text(title)}</h1>`,
    ...parts,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function detailsOf(details: unknown): string[] {
  if (details === null || details === undefined) return [];
  const isFlat = typeof details === 'object' && !Array.isArray(details);
  const shown = isFlat
    ? terms(Object.entries(details).map(([name, value]) => [text(name), valueOf(value)]))
    : valueOf(details);
  return ['<h2>Details</h2>', shown];
}

function valueOf(value: unknown): string {
  if (typeof value === 'string') return text(cut(value));
  if (typeof value !== 'object' || value === null) return text(String(value));
  return `<pre>${text(cut(JSON.stringify(value, null, 2)))}</pre>`;
}

function cut(value: string): string {
  return value.length <= MOST_DETAILS ? value : `${cutText(value, MOST_DETAILS)} … (${value.length} characters)`;
}

function terms(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>\n${pairs.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n')}\n</dl>`;
}

function time(iso: string): string {
  return `<time datetime="${text(iso)}">${text(readable(iso))}</time>`;
}

/** Time for people, such as `2026-11-21 14:05 UTC`. */
export function readable(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Text safe in HTML content and in quoted attributes, which shows what would reorder or hide its neighbours. */
function text(value: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visibleText(value).replace(/[&<>"']/g, (character) => named[character] ?? character);
}
