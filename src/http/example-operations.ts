/** The text above each operation where a token is needed. */
export const signInFirst = `# Sign in first: put a token into Headers, below.
# For development, npm run token prints one.
# Then re-fetch the schema, by the button at the lower left.

`;

/** The first company of this year: on a new service, the one that the first tab creates. */
const variables = JSON.stringify({ companyId: `COMP-${new Date().getUTCFullYear()}-00001` }, undefined, 2);

/** The tabs of GraphiQL at a first visit; they work in this order. */
export const exampleOperations = [
  {
    query: `# Create a company and its site. The response comes at once; the site is created in the background.
# The next tab watches it: if the response has another id, put that into its Variables.
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
    query: `# Watch a company live until it is ACTIVE or FAILED.
# sinceVersion: 0 shows every event from the beginning. The company's id is in Variables below.
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
    query: `# Retry a failed company, or queue a draft. The company's id is in Variables below.
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
    query: `# For operators: what workers do, and which mails are not delivered.
# resendMail(mailId: "…", recipient: "…") sends one again, to another address if needed.
query ServiceStatus {
  serviceStatus {
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
    query: `# For operators: who did what, and the outcome; filter: { companyId: "…" } shows one company.
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
