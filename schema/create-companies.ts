import { createCompany } from '../src/company/create-company.ts';
import { recorded } from './audited.ts';
import { builder } from './builder.ts';
import { CreateCompanyInputType, CreateCompanyResult, depsOf, resultOf } from './create-company.ts';
import { badArgument, Refusal } from './refusal.ts';

const mostLines = 100;

builder.mutationField('createCompanies', (t) =>
  t.field({
    type: [CreateCompanyResult],
    nullable: { list: false, items: true },
    description: `Creates up to ${mostLines} companies, as so many requests of \`createCompany\` one after the other would. The answers are in the order of the inputs, and each line stands for itself: it commits on its own, has its own \`idempotencyKey\`, and counts as one request and towards the quotas. A line is null when the service failed to try it; \`errors\` says why at its place. Give each line an \`idempotencyKey\` and the same request can be sent again, whatever became of the first. Send the inputs as a variable, by POST: a body may have 250,000 bytes.`,
    authScopes: { scope: 'companies:write' },
    args: {
      inputs: t.arg({
        type: [CreateCompanyInputType],
        required: true,
        description: `The companies to create: 1 to ${mostLines}.`,
      }),
    },
    complexity: ({ inputs }) => ({ field: inputs.length, multiplier: inputs.length }),
    resolve: async (_root, { inputs }, context, info) => {
      const { viewer, manyInOne } = context;
      if (inputs.length === 0 || inputs.length > mostLines)
        throw badArgument('inputs', `Send 1 to ${mostLines} companies.`);
      manyInOne.countAs(inputs.length);
      const deps = await depsOf(context, info);
      const create = (input: (typeof inputs)[number]) =>
        recorded(context, info, async (act) => resultOf(await createCompany(deps, viewer, input, act)));
      return eachInTurn(inputs, create, manyInOne.nextTurn);
    },
  }),
);

/**
 * One line after the other: PostgreSQL would make those of one customer or partner wait for each other anyway, to count their
 * quotas. What fails unexpectedly would fail for the following lines as well, and slowly, so they are not tried.
 */
async function eachInTurn<Input, Result>(
  lines: readonly Input[],
  run: (line: Input) => Promise<Result>,
  nextTurn: () => Promise<void>,
): Promise<Promise<Result>[]> {
  const results: Promise<Result>[] = [];
  let isFailing = false;
  for (const line of lines) {
    const result = isFailing ? Promise.reject(notTried()) : nextTurn().then(() => run(line));
    results.push(result);
    await result.catch(() => {
      isFailing = true;
    });
  }
  return results;
}

const notTried = (): Refusal =>
  new Refusal('This line was not tried, because an earlier one failed; send it again.', {
    code: 'SERVICE_UNAVAILABLE',
  });
