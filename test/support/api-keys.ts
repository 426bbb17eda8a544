import { ask } from './ask.ts';

/** Creates an API key that must come out well. */
export async function createApiKey(url: string, token: string, input: object) {
  const query = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    __typename ... on Problem { message }
    ... on CreateApiKeySuccess { key apiKey { id scopes owner { tenant subject } } } } }`;
  const headers = { authorization: `Bearer ${token}` };
  const { text } = await ask(url, { headers, body: JSON.stringify({ query, variables: { input } }) });
  const { createApiKey: answer } = JSON.parse(text).data ?? {};
  if (answer?.__typename !== 'CreateApiKeySuccess') throw new Error(`Not created: ${text}`);
  return answer;
}
