import { expect, it } from 'vitest';
import { ApiError } from './errors';
import { faultsOf, wordsOf } from './faults';

const FIELDS = ['title', 'image'] as const;
const refused = (status: number, code: string, message: string, field = '') =>
  faultsOf(new ApiError(status, code, message, field), FIELDS);

it.each(['image', ''])('puts what is said about a field beside it, named (%j) or not', (field) => {
  expect(refused(422, 'invalid_argument', 'image: must be\nlower case', field)).toEqual({
    image: 'Must be\nlower case.',
  });
  expect(refused(422, 'invalid_argument', 'no: that is not one', 'title')).toEqual({
    title: 'No: that is not one.',
  });
});

it('puts everything else beside the whole form', () => {
  expect(refused(422, 'invalid_argument', 'colour: is unknown', 'colour')).toEqual({
    form: 'Colour: is unknown.',
  });
  expect(refused(409, 'too_many_hooks', 'GitHub allows 20 webhooks!')).toEqual({
    form: 'GitHub allows 20 webhooks!',
  });
});

it('says more where it knows more', () => {
  expect(wordsOf(new ApiError(403, 'admin_needed', 'refused'))).toMatch(/^You need admin rights/);
  expect(wordsOf(new ApiError(401, 'sign_in_needed', 'token refused'))).toMatch(/^GitHub no longer accepts/);
});

it('shows how long GitHub asks to wait', () => {
  const asked = new ApiError(503, 'github_unavailable', 'GitHub asks to wait for 17 s');
  expect(wordsOf(asked)).toBe('GitHub asks to wait for 17 s.');
});

it('does not show what is not meant for people', () => {
  expect(faultsOf(new TypeError('x is undefined'), FIELDS).form).toMatch(/^Something went wrong/);
});
