import { createStreamToken } from '../src/access/stream-token.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import { builder } from './builder.ts';
import { NotFound } from './move-company.ts';

class CreateStreamTokenSuccess {
  readonly token: string;
  readonly expiresAt: Date;
  constructor({ token, expiresAt }: { readonly token: string; readonly expiresAt: Date }) {
    this.token = token;
    this.expiresAt = expiresAt;
  }
}

builder.objectType(CreateStreamTokenSuccess, {
  name: 'CreateStreamTokenSuccess',
  description: 'A token that opens the company’s stream.',
  isTypeOf: (answer) => answer instanceof CreateStreamTokenSuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'Append it to the address of the stream, as `&streamToken=…`. Keep it as secret as your own token.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description:
        'When it expires, and streams that it opened end with it: 15 minutes from now, or when your own token expires if that is earlier.',
    }),
  }),
});

const CreateStreamTokenResult = builder.unionType('CreateStreamTokenResult', {
  description: 'The token, or the reason why there is none.',
  types: [CreateStreamTokenSuccess, NotFound],
});

builder.mutationField('createStreamToken', (t) =>
  t.field({
    type: CreateStreamTokenResult,
    description:
      'Creates a short-lived token for clients that cannot send headers, such as a browser’s `EventSource`. It opens the subscription `companyStatusChanged` of this company alone, and only as `streamToken` in the address of a GET without the header `Authorization`: `/graphql?query=…&variables=…&streamToken=…`. Any other operation is refused with FORBIDDEN, another company is NOT_FOUND, and an invalid, expired or revoked token is UNAUTHENTICATED. It may be used more than once, so streams resume with it until it expires. Revoking your token revokes it as well.',
    authScopes: { scope: 'companies:read' },
    args: { companyId: t.arg.id({ required: true, description: 'The company to watch.' }) },
    resolve: async (_root, { companyId }, { companies, viewer, secrets, act }) => {
      const id = parseCompanyId(companyId);
      const company = id && (await companies.find(viewer, id));
      if (!company) return new NotFound();
      act?.isAbout(company.id);
      return new CreateStreamTokenSuccess(createStreamToken(secrets, viewer, company.id));
    },
  }),
);
