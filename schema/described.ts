/** Every value of an enum with its meaning: one that is missing, or one too many, does not compile. */
export type Described<Value extends string> = Record<Value, { description: string }>;
