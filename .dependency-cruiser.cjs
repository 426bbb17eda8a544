// The rooms and what each may import; the libraries and the one room that speaks to each.

/** What a site host sees of the engine that runs its steps. */
const port = ['src/provisioning/site-host.ts', 'src/provisioning/interruption.ts'];

/** Room → the rooms and single files of ours that it may import, besides itself and src/common. */
const rooms = {
  'src/common': [],
  'src/observability': ['src/company'],
  'src/secrets': [],
  'src/company': ['src/secrets'],
  'src/access': ['src/company'],
  'src/database': ['src/company', 'src/observability'],
  'src/redis': ['src/observability'],
  'src/live': ['src/company', 'src/redis', 'src/observability'],
  'src/language': ['src/company'],
  'src/mail': ['src/company', 'src/language', 'src/database', 'src/secrets', 'src/observability'],
  'src/provisioning': ['src/company', 'src/database', 'src/secrets', 'src/observability'],
  'src/site-hosts/bench': ['src/company', 'src/secrets', ...port],
  'src/site-hosts/sandbox': ['src/company', ...port],
  'src/audit': ['src/company', 'src/observability'],
  'src/revocation': ['src/company', 'src/access', 'src/observability'],
  'src/quotas': ['src/company', 'src/redis'],
  'src/webhooks': ['src/company', 'src/database', 'src/secrets', 'src/observability'],
  'src/http': ['schema', 'src/live', 'src/access', 'src/quotas', 'src/observability'],
  'src/embedded': [],
  'src/config': ['src/company', 'src/database', 'src/redis', 'src/mail', 'src/secrets'],
  'src/client': [],
  'src/console': [],
  'src/demo': ['src/client'],
  schema: ['src/access', 'src/company', 'src/language', 'src/provisioning', 'src/mail', 'src/live', 'src/audit', 'src/revocation', 'src/quotas', 'src/secrets', 'src/webhooks'],
  jobs: ['src/company', 'src/provisioning', 'src/mail', 'src/webhooks', 'src/live', 'src/redis', 'src/observability'],
};

/** Small parts that know nothing of companies; every room may use them. */
const common = 'src/common';

/** Library → the only places that may import it; tests may use what they need. */
const libraries = {
  'bee-queue': 'jobs',
  ioredis: 'src/redis',
  'graphql-redis-subscriptions': 'src/live',
  nodemailer: 'src/mail',
  eta: 'src/mail',
  juice: 'src/mail',
  'intl-messageformat': 'src/language',
  standardwebhooks: 'src/webhooks',
  undici: 'src/webhooks',
  'ipaddr.js': 'src/webhooks',
  jose: 'src/access',
  pino: 'src/observability/log.ts',
  'prom-client': 'src/observability/metrics.ts',
  'graphql-yoga': 'src/http',
  '@graphql-tools/executor': 'src/http',
  'graphql-ws': 'src/(http|console)',
  'lit-html': 'src/console',
  'graphql-sse': 'src/client',
  'smtp-server': 'src/embedded',
  mailparser: 'src/embedded',
  'js-redis-server': 'src/embedded',
  '@electric-sql': 'src/(embedded|database)',
  '@mikro-orm/(postgresql|pglite|migrations)': 'src/database',
  '@pothos': 'schema',
  dataloader: '(schema|src/live)',
};

const entries = '^src/(main|api|worker|demo|migrate|keys|token)\\.ts$';
const escaped = (path) => path.replace(/\//g, '\\/');

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'entries-are-not-imported', severity: 'error', from: {}, to: { path: entries } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room} imports only ${[...allowed, 'itself'].join(', ')}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: { path: '^(src|schema|jobs|test)/', pathNot: [...allowed, room, common].map((name) => (name.endsWith('.ts') ? `^${name}$` : `^${name}/`)) },
    })),
    ...Object.entries(libraries).map(([library, room]) => ({
      name: `${library} is spoken to in ${room} only`,
      severity: 'error',
      from: { path: '^(src|schema|jobs)/', pathNot: `^${room}` },
      to: { path: `node_modules/${escaped(library)}(/|$)` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js'] },
  },
};
