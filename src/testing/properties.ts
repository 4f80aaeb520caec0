// fast-check with the same chances on every push, which is judged by what it changes and not by its luck. Chances that
// nobody has tried: `KAIMEN_SEED=$RANDOM`, and each `npm run test:whole`.
import fc from 'fast-check';

const { KAIMEN_SEED: given, KAIMEN_WHOLE: isWhole } = process.env;

/** Of every property, and of whatever else in the tests draws by chance; {@link fc.assert} prints it where one fails. */
export const SEED = Number(given ?? (isWhole === undefined ? 1 : Date.now()));

fc.configureGlobal({ seed: SEED });

export { fc };
