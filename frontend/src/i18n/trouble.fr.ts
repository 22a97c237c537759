/** What went wrong with a search, in French, and what one can do. */
import { formatsOf } from './format';

const f = formatsOf('fr');

export default {
  offNetwork: {
    title: (place: string) =>
      place ? `Les rues de ${place} ne sont pas chargées.` : 'Aucune rue chargée près de ce point.',
    far: (metres: number | null) =>
      metres === null
        ? 'Aucune rue chargée à moins de 300 m de ce point.'
        : `Aucune rue chargée à moins de 300 m de ce point ; la plus proche est à ${f.distance(metres)}.`,
    text: 'Nous ne pouvons pas y calculer de temps de trajet, donc pas de note. Ce n’est pas un zéro.',
    nearest: (metres: number) => `La rue chargée la plus proche est à ${f.distance(metres)}.`,
    todo: 'Choisissez une autre adresse, ou un point où la carte montre des rues.',
  },
  ambiguous: {
    title: (words: string) => `Plusieurs adresses répondent à « ${words} ».`,
    question: 'Laquelle ?',
  },
  number: {
    title: (words: string) => `« ${words} » : ce numéro n’existe pas dans cette rue.`,
    noneTitle: (words: string) => `« ${words} » : aucun numéro n’est connu dans cette rue.`,
    choose: 'Les numéros les plus proches :',
    chooseStreet: 'La rue, sans numéro :',
  },
  commune: {
    title: (words: string) => `« ${words} » est une commune : ajoutez une rue et un numéro.`,
    choose: 'Ou choisissez une de ses rues :',
  },
  street: {
    title: (words: string) => `« ${words} » est une rue : ajoutez un numéro.`,
    choose: 'Ou prenez le milieu de la rue, position estimée :',
  },
  notLoaded: {
    title: (commune: string) => `${commune} est dans le territoire, mais ses adresses ne sont pas chargées ici.`,
    todo: 'Choisissez une adresse d’une autre commune, ou un point où la carte montre des rues.',
  },
  unknown: {
    title: (words: string) => `Aucune adresse ne correspond à « ${words} ».`,
    todo: 'Vérifiez le nom de la commune, ou placez le point sur la carte.',
    near: 'Peut-être cherchiez-vous :',
  },
  unreachable: {
    title: 'Le service ne répond pas.',
    kept: (clock: string) => `Les derniers résultats, de ${clock}, restent lisibles.`,
    todo: 'Rien de ce que vous avez tapé n’est perdu.',
  },
  failed: { title: 'Cette demande n’a pas abouti.', todo: 'Réessayez, ou changez d’adresse.' },
  badLink: 'Ce lien n’est pas complet : aucune adresse n’y est lisible.',
};
