/** Where the API is, by every transport. */
export const endpoint = '/graphql';
