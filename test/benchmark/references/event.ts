/** An event with the fields that the watchers of the service select. */
export const eventOf = (version: number) => ({
  version,
  kind: 'STEP_PROGRESSED',
  status: 'PROVISIONING',
  step: 'one',
  progress: version % 100,
  message: 'Making one…',
  occurredAt: new Date().toISOString(),
});

/** The result of a subscription to a company's events. */
export const resultOf = (version: number) => ({ data: { companyStatusChanged: eventOf(version) } });

/** The types of such a schema. */
export const eventTypes = /* GraphQL */ `
  type CompanyStatusChange {
    version: Int!
    kind: String!
    status: String!
    step: String
    progress: Int!
    message: String!
    occurredAt: String!
  }
  type Subscription {
    companyStatusChanged(companyId: ID!): CompanyStatusChange!
  }
`;
