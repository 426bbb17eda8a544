import { deleteDraft } from '../src/company/delete-draft.ts';
import { builder } from './builder.ts';
import { moveById, NotFound, ReadOnly, VersionConflict, WrongStatus, whyNotMoved } from './move-company.ts';

class DeleteDraftSuccess {
  readonly message = 'Deleted; the domain and the idempotency key are free again.';
  readonly companyId: string;
  constructor(companyId: string) {
    this.companyId = companyId;
  }
}

builder.objectType(DeleteDraftSuccess, {
  name: 'DeleteDraftSuccess',
  description: 'The draft does not exist any more. The audit log keeps its id.',
  isTypeOf: (answer) => answer instanceof DeleteDraftSuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    companyId: t.exposeID('companyId', { description: 'The id that the draft had; no other company gets it.' }),
  }),
});

const DeleteDraftResult = builder.unionType('DeleteDraftResult', {
  description: 'The id of the deleted draft, or the reason why it was not deleted.',
  types: [DeleteDraftSuccess, NotFound, ReadOnly, WrongStatus, VersionConflict],
});

builder.mutationField('deleteDraft', (t) =>
  t.field({
    type: DeleteDraftResult,
    description:
      'Deletes a DRAFT that no worker has ever worked on; one of which an attempt was made is WrongStatus. Its domain and its idempotency key are free again: a request that is repeated with that key creates a new company. Its streams complete.',
    authScopes: { scope: 'companies:write' },
    args: {
      companyId: t.arg.id({ required: true, description: 'The draft’s id.' }),
      expectedVersion: t.arg.int({ description: 'Delete the draft only if it is at this version.' }),
    },
    resolve: async (_root, args, context) => {
      const outcome = await moveById(deleteDraft, args, context);
      return outcome.kind === 'moved' ? new DeleteDraftSuccess(outcome.company.id) : whyNotMoved(outcome, ['DRAFT']);
    },
  }),
);
