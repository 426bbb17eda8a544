const { isAbstractType } = require('graphql');

/** For codegen: the types that each interface and union may be, as Apollo's cache wants to know them. */
module.exports.plugin = (schema) => {
  const abstract = Object.values(schema.getTypeMap()).filter((type) => isAbstractType(type));
  const lines = abstract.map((type) => {
    const names = schema.getPossibleTypes(type).map(({ name }) => `'${name}'`);
    return `  ${type.name}: [\n${names.map((name) => `    ${name},\n`).join('')}  ],\n`;
  });
  return `/** The types that each interface and union may be: \`new InMemoryCache({ possibleTypes })\` of Apollo Client. */\nexport const possibleTypes = {\n${lines.join('')}};\n`;
};
