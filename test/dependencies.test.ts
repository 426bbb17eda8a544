import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dependency, dependencies } from './support/dependencies.ts';

/** Licences under which the service may be run and changed without publishing it. */
const permissive = /^(0BSD|Apache-2\.0|BlueOak-1\.0\.0|BSD-[23]-Clause|CC-BY-4\.0|ISC|MIT(-0)?|Python-2\.0|Unlicense)$/;
const isPermissive = (licence = ''): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((alternative) => permissive.test(alternative));
/** MPL-2.0 concerns changes of its own files only: fine for what is not a part of the service. */
const isForDevelopmentOnly = ({ licence, isForDevelopment }: Dependency): boolean =>
  isForDevelopment && licence === 'MPL-2.0';
const named = (some: ReturnType<typeof dependencies>) => some.map(({ name, licence }) => `${name} (${licence})`);

const all = [
  ...dependencies(),
  ...dependencies(new URL('benchmark/references/mercurius/package-lock.json', import.meta.url)),
];

test('no dependency runs an install script', () => {
  assert.deepEqual(named(all.filter(({ hasInstallScript }) => hasInstallScript)), []);
});

test('every dependency has a permissive licence', () => {
  assert.ok(dependencies().length > 100, 'they are found');
  assert.deepEqual(named(all.filter((one) => !isPermissive(one.licence) && !isForDevelopmentOnly(one))), []);
});
