// The rooms of the house and what each may import; the libraries and the one room that speaks to each.

/** Room → the rooms of ours that it may import, beside itself and the few files that all of them share. */
const rooms = {
  'src/company': [],
  'src/access': [],
  'src/provisioning': ['src/company'],
  'src/mail': ['src/company'],
  'src/audit': ['src/company'],
  'src/revocation': ['src/company', 'src/access'],
  'src/redis': [],
  'src/live': ['src/company', 'src/redis'],
  'src/database': ['src/company'],
  'src/embedded': [],
  'src/client': [],
  'src/config': ['src/company', 'src/database', 'src/redis', 'src/mail'],
  'src/demo': ['src/client'],
  'src/http': ['schema', 'src/live', 'src/access'],
  schema: ['src/access', 'src/company', 'src/provisioning', 'src/mail', 'src/live', 'src/audit', 'src/revocation'],
  jobs: ['src/company', 'src/provisioning', 'src/mail', 'src/live', 'src/redis'],
};

/** Library → the only places that may import it; tests may use what they need. */
const libraries = {
  'bee-queue': 'jobs',
  ioredis: 'src/redis',
  'graphql-redis-subscriptions': 'src/live',
  nodemailer: 'src/mail',
  eta: 'src/mail',
  juice: 'src/mail',
  jose: 'src/access',
  pino: 'src/log.ts',
  'prom-client': 'src/metrics.ts',
  'graphql-yoga': 'src/http',
  'graphql-ws': 'src/http',
  'graphql-sse': 'src/client',
  'smtp-server': 'src/embedded',
  mailparser: 'src/embedded',
  'js-redis-server': 'src/embedded',
  '@electric-sql': 'src/(embedded|database)',
  '@mikro-orm/(postgresql|pglite|migrations)': 'src/database',
  '@pothos': 'schema',
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
      to: { path: '^(src|schema|jobs|test)/', pathNot: [...allowed, room].map((name) => `^${name}/`).concat('^src/(liveness|log|metrics|per-minute|server-url|slots)\\.ts$') },
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
