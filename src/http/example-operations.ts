/** What stands above each operation where nobody is signed in without a token. */
export const signInFirst = `# Sign in first: put a token into Headers, below.
# For development, npm run token prints one.
# Then re-fetch the schema, by the button at the lower left.

`;

/** The first company's of this year: on a service that is new, the one that the first tab makes. */
const variables = JSON.stringify({ companyId: `COMP-${new Date().getUTCFullYear()}-00001` }, undefined, 2);

/** What somebody finds in GraphiQL's tabs when they come for the first time; they work in this order. */
export const exampleOperations = [
  {
    query: `# Ask for a company and its site. The answer comes at once; the site is made in the background.
# The next tab watches it: put the id of the answer into its Variables when it is another one.
mutation CreateCompany {
  createCompany(
    input: {
      companyName: "Acme Corporation"
      companyAbbr: "ACME"
      adminEmail: "admin@acme.example"
      adminPassword: "change-me-soon"
      defaultCurrency: "USD"
      country: "United States"
      domain: "acme.localhost"
      apps: ["erpnext"]
    }
  ) {
    ... on CreateCompanySuccess {
      message
      company {
        id
        status
        siteUrl
      }
    }
    ... on Problem {
      message
    }
    ... on ValidationError {
      faults {
        field
        code
        message
      }
    }
  }
}
`,
  },
  {
    query: `# Watch a company live: first its present state, then every event, until it is ACTIVE or FAILED.
# With sinceVersion: 0 you see everything from the beginning. Which company it is, Variables below say.
subscription Watch($companyId: ID!) {
  companyStatusChanged(companyId: $companyId, sinceVersion: 0) {
    version
    status
    step
    progress
    message
  }
}
`,
    variables,
  },
  {
    query: `# Your companies, newest first.
query Companies {
  companies(first: 10) {
    edges {
      node {
        id
        companyName
        status
        progress
        siteUrl
        steps {
          title
          state
        }
        failure {
          message
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    query: `# Try a failed company again, or queue a draft. Which company it is, Variables below say.
mutation Provision($companyId: ID!) {
  provisionCompany(companyId: $companyId) {
    ... on ProvisionCompanySuccess {
      company {
        id
        status
        attempt
      }
    }
    ... on Problem {
      message
    }
  }
}
`,
    variables,
  },
  {
    query: `# For operators: what workers do, and which mails do not arrive.
# resendMail(mailId: "…", recipient: "…") sends one again, to another address if need be.
query Operations {
  operations {
    waiting
    oldestWaitingSince
    running {
      company {
        id
        progress
      }
      worker
      claims
      leaseAgeSeconds
      deadlineAt
    }
    undeliveredMails(first: 10) {
      edges {
        node {
          id
          recipient
          state
          tries
          dueAt
          lastError
        }
      }
    }
  }
}
`,
  },
  {
    query: `# For operators: who did what, and what came of it; of one company by filter: { companyId: "…" }.
query AuditLog {
  auditLog(first: 20) {
    edges {
      node {
        occurredAt
        action
        outcome
        subject
        address
        companyId
        count
      }
    }
  }
}
`,
  },
];
