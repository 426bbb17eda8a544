/** An operator's request for an endpoint that gets every event of a subject's companies, at an API. */
export interface EndpointRequest {
  readonly api: string;
  readonly token: string;
  /** Where its messages are to be sent. */
  readonly url: string;
  readonly subject: string;
}

/** Makes the endpoint, and resolves to its secret. */
export async function createWebhookEndpoint({ api, token, url, subject }: EndpointRequest): Promise<string> {
  const { __type: everyType } = await ask(api, token, '{ __type(name: "WebhookEventType") { enumValues { name } } }');
  const eventTypes = everyType.enumValues.map(({ name }: { readonly name: string }) => name);
  const { createWebhookEndpoint: answer } = await ask(api, token, mutation, {
    input: { url, owner: { subject }, eventTypes },
  });
  if (answer.secret === undefined) throw new Error(`No endpoint was made: ${JSON.stringify(answer)}`);
  return answer.secret;
}

const mutation = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { __typename ... on WebhookSecretSuccess { secret } ... on Problem { message } }
}`;

async function ask(api: string, token: string, query: string, variables: object = {}) {
  const response = await fetch(api, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
