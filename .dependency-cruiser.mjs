/**
 * The direction of docs/architecture.md:
 * domain <- message <- topology <- publishing <- {agent, workflow} <- {platform, operator, aws} <- {lambda, worker, client, infra}.
 * Folders are rooms: no two of them know each other in a circle, not even by their types.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(shared|functions|infra|cli|bench|tools|test)/', pathNot: allowed },
});

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-circular-rooms', scope: 'folder', severity: 'error', from: {}, to: { circular: true } },
    only('domain-is-the-centre', '^shared/domain/', '^shared/domain/', 'the domain imports nothing of Laneway'),
    only(
      'messages-know-the-domain',
      '^shared/message/',
      '^shared/(domain|message)/',
      'message types build on the domain',
    ),
    only(
      'topology-knows-messages',
      '^shared/topology/',
      '^shared/(domain|message|topology)/',
      'a topology builds on messages',
    ),
    only(
      'publishing-knows-the-topology',
      '^shared/publishing/',
      '^shared/(domain|message|topology|publishing)/',
      'what is published is composed by the topology',
    ),
    only(
      'agents-know-the-topology',
      '^shared/agent/',
      '^shared/(domain|message|topology|publishing|agent)/',
      'an agent knows no AWS',
    ),
    only(
      'workflows-know-the-topology',
      '^shared/workflow/',
      '^shared/(domain|message|topology|workflow)/',
      'a workflow knows no AWS',
    ),
    only(
      'platform-logic-knows-no-aws',
      '^shared/platform/',
      '^shared/(domain|message|topology|publishing|agent|workflow|platform)/',
      'what the platform decides, over ports: functions/platform runs it on AWS, the test harness in memory',
    ),
    only(
      'operators-know-no-aws',
      '^shared/operator/',
      '^shared/(domain|message|topology|publishing|agent|workflow|operator)/',
      'what an operator does, over ports: the CLI runs it on AWS, tests in memory',
    ),
    only(
      'testing-knows-no-aws',
      '^shared/testing/',
      '^shared/(domain|message|topology|publishing|agent|workflow|platform|operator|testing)/',
      'tests run without AWS',
    ),
    only(
      'adapters-know-no-entry',
      '^shared/aws/',
      '^shared/(domain|message|topology|publishing|agent|workflow|aws)/',
      'adapters serve the entries',
    ),
    only(
      'in-process-knows-no-aws',
      '^shared/in-process/',
      '^shared/(domain|message|topology|publishing|agent|workflow|platform|operator|testing|in-process)/|^shared/(client/(laneway-client|follow-conversation)|worker/(slots|process-concurrency))[.]ts$',
      'an application in process runs without AWS',
    ),
    only('entries', '^shared/(lambda|worker|client)/', '^shared/', 'entries compose what is in shared'),
    only(
      'platform-functions',
      '^functions/platform/',
      '^(shared|functions/platform)/',
      'the framework knows no application',
    ),
    only(
      'declarations-know-no-entry',
      '^functions/platform/.*declarations?[.]ts$',
      '^shared/(domain|message|topology)/|^functions/platform/.*declarations?[.]ts$',
      'a declaration of a platform function is read where neither AWS nor the CDK is',
    ),
    {
      name: 'declarations-are-plain-data',
      severity: 'error',
      from: { path: '^functions/platform/.*declarations?[.]ts$' },
      to: { path: '@aws-sdk/|aws-cdk-lib|^node_modules/@types/aws-lambda' },
    },
    {
      name: 'only-adapters-import-the-sdk',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/aws/' },
      to: { path: '@aws-sdk/' },
    },
    {
      name: 'applications-use-the-package',
      comment: 'as a user would: laneway/message, not ../../shared/message',
      severity: 'error',
      from: { path: '^functions/', pathNot: '^functions/platform/' },
      to: {
        path: '^(shared/(?!(message|topology|agent|workflow|lambda|worker|client|testing|in-process)/index)|infra|cli)',
      },
    },
    {
      name: 'framework-knows-no-application',
      severity: 'error',
      from: { path: '^(shared|functions/platform|infra/(application|constructs|stacks|engines))/' },
      to: { path: '^functions/(?!platform)' },
    },
    {
      name: 'infra-imports-declarations-only',
      severity: 'error',
      from: { path: '^infra/applications/' },
      to: { path: '^functions/', pathNot: '^functions/[^/]+/(messages|topology|price-list|workflows/.+)\\.ts$' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(shared|functions|infra|cli)/' },
      to: { path: '^(test|bench|tools)/' },
    },
    {
      name: 'tests-import-no-tests',
      comment: 'what two of them need stands in test/kit',
      severity: 'error',
      from: { path: '^(test|bench|tools)/' },
      to: { path: '^test/.*[.]test[.]ts$' },
    },
    {
      name: 'the-kit-knows-no-tests',
      severity: 'error',
      from: { path: '^test/kit/' },
      to: { path: '^test/', pathNot: '^test/kit/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdk.out|\\.laneway)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['laneway-source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
