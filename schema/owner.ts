import { claimTextFault } from '../src/access/claim-text.ts';
import type { Viewer } from '../src/access/viewer.ts';
import { type OwnerName, ownerOf } from '../src/company/requester.ts';
import { builder } from './builder.ts';

export const OwnerObject = builder.objectRef<OwnerName>('Owner').implement({
  description: 'Whom companies and API keys belong to: a tenant, or a single subject.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    tenant: t.string({
      nullable: true,
      resolve: ({ tenant }) => tenant,
      description: 'The tenant; null for a subject.',
    }),
    subject: t.string({
      nullable: true,
      resolve: ({ subject }) => subject,
      description: 'The `sub` of the owner’s tokens; null for a tenant.',
    }),
  }),
});

export const OwnerInput = builder.inputType('OwnerInput', {
  description: 'An owner: give either a tenant or a subject.',
  fields: (t) => ({
    tenant: t.string({ description: 'The tenant of the owner’s tokens. Up to 255 characters.' }),
    subject: t.string({ description: 'The `sub` of the owner’s tokens. Up to 255 characters.' }),
  }),
});

interface GivenOwner {
  readonly tenant?: string | null | undefined;
  readonly subject?: string | null | undefined;
}

/** The owner that is meant; undefined where the name is none, or not the viewer's to use. */
export function ownerFrom({ tenant, subject }: GivenOwner, { owner: own, seesAll }: Viewer): string | undefined {
  const name = tenant ?? subject ?? '';
  if ((tenant == null) === (subject == null) || claimTextFault(name)) return undefined;
  const owner = ownerOf(tenant == null ? { subject: name } : { tenant: name });
  return seesAll || owner === own ? owner : undefined;
}

export const whichOwner = 'Name one tenant or one subject; only operators may name another one than their own.';
