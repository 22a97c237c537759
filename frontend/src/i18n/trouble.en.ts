/** What went wrong with a search, in English, and what one can do. */
import { formatsOf } from './format';
import type { Messages } from './fr';

const f = formatsOf('en');

const trouble: Messages['trouble'] = {
  offNetwork: {
    title: (place) => (place ? `The streets of ${place} are not loaded.` : 'No loaded street near this point.'),
    far: (metres) =>
      metres === null
        ? 'No loaded street within 300 m of this point.'
        : `No loaded street within 300 m of this point; the nearest is ${f.distance(metres)} away.`,
    text: 'We cannot work out travel times there, so there is no score. This is not a zero.',
    nearest: (metres) => `The nearest loaded street is ${f.distance(metres)} away.`,
    todo: 'Choose another address, or a point where the map shows streets.',
  },
  ambiguous: {
    title: (words) => `Several addresses answer to “${words}”.`,
    question: 'Which one?',
  },
  number: {
    title: (words) => `“${words}”: this street has no such number.`,
    noneTitle: (words) => `“${words}”: no number is known in this street.`,
    choose: 'The nearest numbers:',
    chooseStreet: 'The street, without a number:',
  },
  commune: {
    title: (words) => `“${words}” is a commune: add a street and a number.`,
    choose: 'Or choose one of its streets:',
  },
  street: {
    title: (words) => `“${words}” is a street: add a number.`,
    choose: 'Or take the middle of the street, an estimated position:',
  },
  notLoaded: {
    title: (commune) => `${commune} is in the territory, but its addresses are not loaded here.`,
    todo: 'Choose an address in another commune, or a point where the map shows streets.',
  },
  unknown: {
    title: (words) => `No address answers to “${words}”.`,
    todo: 'Check the name of the commune, or place the point on the map.',
    near: 'Perhaps you meant:',
  },
  unreachable: {
    title: 'The service does not answer.',
    kept: (clock) => `The last results, from ${clock}, can still be read.`,
    todo: 'Nothing that you typed is lost.',
  },
  failed: { title: 'This request did not succeed.', todo: 'Try again, or change the address.' },
  badLink: 'This link is not complete: no address can be read in it.',
};

export default trouble;
