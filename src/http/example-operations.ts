/** What somebody finds in GraphiQL's tabs when he comes for the first time. */
export const exampleOperations = [
  {
    query: `# Ask for a company and its site. The answer comes at once; the site is made in the background.
# Copy the id to the next tab to watch it.
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
# With sinceVersion: 0 you see everything from the beginning.
subscription Watch {
  companyStatusChanged(companyId: "COMP-${new Date().getUTCFullYear()}-00001", sinceVersion: 0) {
    version
    status
    step
    progress
    message
  }
}
`,
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
    query: `# Try a failed company again, or queue a draft.
mutation Provision {
  provisionCompany(companyId: "COMP-${new Date().getUTCFullYear()}-00001") {
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
];
