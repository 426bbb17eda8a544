import { builder } from './builder.ts';

/** Everything that a mutation can return instead of its success. */
export interface Problem {
  readonly message: string;
}

/** A problem with one field of the input, or with one argument. */
export interface FieldProblem extends Problem {
  readonly field: string;
}

export const ProblemInterface = builder.interfaceRef<Problem>('Problem').implement({
  description: 'Why a mutation was refused. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
  }),
});

export const FieldProblemInterface = builder.interfaceRef<FieldProblem>('FieldProblem').implement({
  description: 'A problem with the value of one field. Several at once are reported by `ValidationError`.',
  interfaces: [ProblemInterface],
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'The field of the input, or the argument, e.g. `domain` or `companyId`.',
    }),
  }),
});
