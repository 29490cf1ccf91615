import type { DataOf, ApprovalRequested } from 'laneway/message';
import { escapeHtml, oneLine, type MailNotice } from './render-notice.js';

/** A decision that people are asked for. */
export type RequestedApproval = DataOf<typeof ApprovalRequested>;

const ID = /laneway approval approve ([A-Za-z0-9_-]+)/;

/**
 * The mail to the people who decide: the facts of the decision, its deadline, and the ways to decide. Values from messages are escaped in the
 * HTML, and line breaks in them cannot reach the subject. A link in it is a credential: the mail is for those who decide.
 */
export function renderApproval(approval: RequestedApproval): MailNotice {
  const title = oneLine(approval.title);
  const facts = factsOf(approval.details);
  const opening = approval.escalated
    ? `Those who were asked before have not decided. It is for you now, ${oneLine(approval.approvers)}, to decide:`
    : `It is for you, ${oneLine(approval.approvers)}, to decide:`;
  const closing = `Without a decision until ${approval.deadline} it goes on without you. Workflow ${approval.workflow}, step ${approval.step}, execution ${approval.execution}.`;
  const ways = waysToDecide(approval);
  const text = [
    `${opening} ${title}`,
    '',
    ...facts.map(([name, value]) => `  ${name}: ${value}`),
    '',
    ...(approval.link === undefined ? [] : ['Decide on this page:', `  ${approval.link}`, '']),
    'Decide with one of these commands:',
    ...ways.map((way) => `  ${way}`),
    '',
    closing,
  ].join('\n');
  const rows = facts.map(
    ([name, value]) => `<tr><th align="left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const html = [
    '<!doctype html><html lang="en"><body>',
    `<p>${escapeHtml(opening)} <strong>${escapeHtml(title)}</strong></p>`,
    `<table>${rows.join('')}</table>`,
    ...(approval.link === undefined ? [] : [`<p><a href="${escapeHtml(approval.link)}">Decide on this page</a></p>`]),
    '<p>Decide with one of these commands:</p>',
    ...ways.map((way) => `<p><code>${escapeHtml(way)}</code></p>`),
    `<p>${escapeHtml(closing)}</p></body></html>`,
  ].join('\n');
  return { subject: `Decision needed${approval.escalated ? ' (second request)' : ''}: ${title}`, text, html };
}

/** Id of the approval that a mail asks for; undefined for other mails. */
export function approvalIn(mailText: string): string | undefined {
  return ID.exec(mailText)?.[1];
}

/** Commands by which people decide who have the CLI. Others have the link, if the application makes links. */
function waysToDecide({ approval }: RequestedApproval): string[] {
  return [`laneway approval approve ${approval} --reason '...'`, `laneway approval reject ${approval} --reason '...'`];
}

/** Whatever the workflow gave as details, a line for each. */
function factsOf(details: unknown): [string, string][] {
  if (typeof details !== 'object' || details === null) return details === null ? [] : [['details', textOf(details)]];
  return Object.entries(details).map(([name, value]) => [oneLine(name), textOf(value)]);
}

const textOf = (value: unknown): string => oneLine(typeof value === 'string' ? value : JSON.stringify(value));
