import { expect, it } from 'vitest';
import { ApiError } from './errors';
import { faultsOf } from './faults';

const FIELDS = ['title', 'image'] as const;
const refused = (status: number, code: string, message: string) =>
  faultsOf(new ApiError(status, code, message), FIELDS);

it('puts what is said about a field beside it', () => {
  expect(refused(422, 'invalid_argument', 'image: must be\nlower case')).toEqual({
    image: 'Must be\nlower case.',
  });
});

it('puts everything else beside the whole form', () => {
  expect(refused(422, 'invalid_argument', 'colour: is unknown')).toEqual({
    form: 'Colour: is unknown.',
  });
  expect(refused(409, 'too_many_hooks', 'GitHub allows 20 webhooks!')).toEqual({
    form: 'GitHub allows 20 webhooks!',
  });
});

it('says more where it knows more', () => {
  expect(refused(503, 'github_unavailable', 'A part is not available.').form).toMatch(/^GitHub does not/);
});

it('does not show what is not meant for people', () => {
  expect(faultsOf(new TypeError('x is undefined'), FIELDS).form).toMatch(/^Something went wrong/);
});
