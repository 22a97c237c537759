/** Every word of the pages in French. Its shape is the type that the other languages have to fill. */
import checks from './checks.fr';
import { formatsOf } from './format';
import { withFrenchSpaces } from './spaces';

const f = formatsOf('fr');
const s = (count: number): string => (count >= 2 ? 's' : '');

const words = {
  site: {
    skip: 'Aller au contenu',
    navigation: 'Principale',
    search: 'Chercher',
    coverage: 'Couverture',
    sources: 'Sources',
    theme: { toDark: 'Passer au thème sombre', toLight: 'Passer au thème clair' },
    other: 'English',
    footer: 'Pied de page',
    data: (date: string, snapshot: string) => `Données du ${date}, instantané ${snapshot}`,
    sourcesAndLicences: 'Sources et licences',
    api: 'API',
    retry: 'Réessayer',
    loading: 'Chargement',
  },
  families: {
    early_childhood: 'Petite enfance',
    school_primary: 'École',
    school_secondary: 'Collège et lycée',
    shopping: 'Courses',
    health: 'Santé',
    leisure: 'Sport et culture',
    transport: 'Transports',
    public_services: 'Services publics',
    nature: 'Nature',
  },
  licences: {
    'etalab-2.0': 'Licence Ouverte 2.0',
    'ODbL-1.0': 'ODbL 1.0',
    'CC-BY-4.0': 'CC BY 4.0',
    'CC0-1.0': 'CC0 1.0',
  },
  rejects: {
    ragged_row: 'Plus ou moins de cases que l’en-tête',
    no_key: 'Identifiant du producteur absent',
    no_position: 'Sans coordonnées',
    bad_position: 'Coordonnées impossibles',
    zero_position: 'Coordonnées (0, 0), qui disent « inconnu »',
    swapped_position: 'Longitude et latitude échangées',
    other_department: 'Coordonnées dans un autre département que celui déclaré',
    other_commune: 'Coordonnées loin de la commune déclarée',
    address_not_found: 'Sans coordonnées, et adresse introuvable',
    unmapped_category: 'Code sans catégorie connue',
    unknown_commune: 'Commune inconnue de tous les codes officiels',
    no_street: 'Numéro sans nom de rue',
    bad_number: 'Nombre illisible',
    bad_geometry: 'Contour illisible',
    bad_range: 'Numéros qui ne font pas un intervalle',
    unknown_service: 'Service inconnu des autres sources',
  },
  search: {
    title: 'Chercher une adresse',
    headline: ['Ici ou là :', 'que trouve-t-on autour ?'],
    lead: 'École, courses, médecin, gymnase, gare : ce qu’il y a autour d’une adresse, en minutes par les vraies rues, avec les sources.',
    invented: (territory: string) => `Territoire d’essai : ${territory}, entièrement inventé.`,
    label: 'Adresse, lieu ou coordonnées',
    placeholder: 'Une adresse, un lieu…',
    submit: 'Voir',
    submitTail: 'les alentours',
    suggestions: 'Adresses proposées',
    found: (count: number) =>
      count === 0 ? 'Aucune adresse proposée' : `${f.number(count)} adresse${s(count)} proposée${s(count)}`,
    noSuggestion: 'Aucune proposition pour ces mots. Entrée cherche quand même.',
    suggestionsFailed: 'Les propositions ne répondent pas. Entrée cherche quand même.',
    onMap: 'Choisir sur la carte',
    privacy: 'Pas de compte, pas de traceur. Vos adresses ne sont ni gardées ni inscrites dans un journal.',
    types: {
      housenumber: 'numéro',
      street: 'rue',
      locality: 'lieu-dit',
      municipality: 'commune',
    },
  },
  choice: {
    profile: 'Ce qui compte pour vous',
    mode: 'Comment vous y allez',
    option: 'Allure ou besoin',
    indicative: (share: string) => `Profil indicatif : ${share} des rues sans indication.`,
  },
  place: {
    precision: {
      housenumber: 'Numéro exact',
      street: 'Rue trouvée, sans numéro : position estimée',
      locality: 'Lieu-dit : position estimée',
      municipality: 'Commune : position estimée en son centre',
      point: 'Point choisi sur la carte',
    },
    off: (metres: number) => `à ${f.distance(metres)} de la rue`,
    onStreet: 'au bord de la rue',
    unnamed: 'Point choisi',
    coordinates: (lon: number, lat: number) =>
      `${f.number(Math.abs(lat), 4)} ${lat < 0 ? 'S' : 'N'}, ${f.number(Math.abs(lon), 4)} ${lon < 0 ? 'O' : 'E'}`,
  },
  score: {
    outOf: 'sur 100',
    heading: (mode: string, profile: string) => `${mode}, profil ${profile}`,
    complete: 'Tout le barème est couvert.',
    covered: (share: number, points: number, weight: number) =>
      `Porte sur ${f.share(share)} du barème : ${f.points(points)} points sur ${f.points(weight)}.`,
    none: 'Pas de note : rien de ce que ce profil regarde n’est couvert ici.',
    spoken: (place: string, total: number | null, mode: string, profile: string) =>
      total === null
        ? `${place} : pas de note, ${mode}, profil ${profile}.`
        : `${place} : ${f.number(Math.round(total))} sur 100, ${mode}, profil ${profile}.`,
    computing: 'Calcul des alentours',
    inFavour: 'Ce qui joue pour',
    against: 'Ce qui pèse',
    nothingInFavour: 'Rien de proche parmi ce qui compte.',
    nothingAgainst: 'Rien de notable.',
    noneNear: 'aucun service à portée',
  },
  detail: {
    title: 'D’où viennent ces points',
    explain:
      'La longueur d’une barre est son poids dans le profil, le plein ses points. Les hachures ne sont pas couvertes : ni bon ni mauvais point, leur poids est retiré.',
    openAll: 'Tout ouvrir',
    closeAll: 'Tout fermer',
    notCovered: 'non couvert',
    partlyNotCovered: (weight: number) => `dont ${f.points(weight)} non couvert${s(weight)}`,
    points: (points: number, weight: number) => `${f.points(points)} points sur ${f.points(weight)}`,
    caption: (category: string, mode: string) => `${category} : les plus proches, ${mode}`,
    service: 'Service',
    minutes: 'Temps',
    unnamed: 'Sans nom',
    showOnMap: (name: string) => `Montrer ${name} sur la carte`,
    lines: (names: readonly string[]) => `${names.length > 1 ? 'Lignes' : 'Ligne'} ${names.join(', ')}`,
    departures: (weekday: string, evening: string, sunday: string) =>
      `départs : ${weekday} par jour ouvré, dont ${evening} en soirée, ${sunday} le dimanche`,
    frequencyUnknown: 'fréquence inconnue',
    properties: {
      name: 'nom',
      position: 'position',
      capacity: 'capacité',
      departures: 'départs',
      lines: 'lignes',
    } as Record<string, string>,
    givenBy: (properties: readonly string[], source: string, date: string) =>
      `${properties.join(', ')} : ${source}, ${date}`,
    noneWithin: 'Cherché, aucun assez proche pour compter : 0 point.',
    tooFar: (minutes: string) => `Cherché : le plus proche, à ${minutes}, est trop loin pour compter.`,
    reasons: {
      partial: 'Source incomplète : montré à titre indicatif, sans points.',
      partialEmpty: 'Source incomplète : rien de connu ici, ce qui ne prouve rien.',
      none: 'Aucune source ouverte chargée pour cette catégorie.',
      edge: 'Trop près du bord des rues chargées : il peut y en avoir un au-delà, hors de vue.',
    },
  },
  missing: {
    title: 'Ce qui manque, et pourquoi',
    partial: {
      title: 'Sources incomplètes',
      text: 'Ce qui est connu est montré à titre indicatif ; le poids est retiré pour que deux adresses restent comparables.',
    },
    none: {
      title: 'Sans source',
      text: 'Aucune source ouverte n’est chargée. Ni bon ni mauvais point : le poids est retiré.',
    },
    edge: {
      title: 'Au bord des rues chargées',
      text: 'Les rues s’arrêtent avant la limite de temps qui compte : nous ne savons pas ce qu’il y a au-delà.',
    },
    searched: {
      title: 'Cherché, aucun assez proche',
      text: 'La source est complète et rien n’est à portée : cela compte pour 0.',
    },
    nothing: 'Rien ne manque à ce calcul.',
  },
  origin: {
    title: 'Sources de cette note',
    versions: (method: string, profile: string, snapshot: string) =>
      `Méthode ${method}, profil ${profile}, instantané ${snapshot}.`,
    slope: (raster: string | null) =>
      raster === null
        ? 'Les pentes ne comptent pas : toutes les rues sont prises comme plates.'
        : `Les pentes comptent, d’après ${raster}.`,
    crosses:
      'Aucune rue de ce côté : les premiers mètres franchissent une rivière, une voie ferrée ou une autoroute. Les minutes peuvent être sous-estimées.',
    ledger: 'Voir ce que chaque source a donné, ligne par ligne',
  },
  trouble: {
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
  },
  map: {
    label: 'Carte',
    services: (place: string) => `Carte des services autour de ${place}, équivalente aux tableaux de la page`,
    example: (place: string) => `Exemple : carte des services autour de ${place}`,
    territory: 'Carte du territoire',
    help: 'Flèches : déplacer. Plus et moins : zoomer. Entrée : demander la note du centre de la carte.',
    helpChoropleth: 'Flèches : déplacer. Plus et moins : zoomer. Le tableau donne les mêmes valeurs.',
    zoomIn: 'Zoomer',
    zoomOut: 'Dézoomer',
    toTables: 'Même contenu en tableaux',
    toTable: 'Même contenu en tableau',
    home: 'Adresse',
    counted: 'service numéroté comme dans le tableau',
    choose: 'Cliquez sur le point voulu, ou centrez-le et appuyez sur Entrée.',
    click: 'Un clic sur la carte donne la note de ce point.',
    unavailable: 'La carte ne s’affiche pas ici. Les tableaux disent la même chose.',
    loading: 'La carte arrive.',
    exampleLead: 'Exemple',
    exampleText: (place: string, mode: string) => `${place}, ${mode} :`,
    exampleOpen: 'Voir le détail',
    openFamily: 'Ouvrez une famille pour voir ses services ici.',
  },
  coverage: {
    title: 'Couverture',
    heading: (category: string) => `${category} : qui vit près, qui vit loin ?`,
    form: 'Choix de l’indicateur',
    category: 'Service',
    mode: 'Mode',
    minutes: 'En moins de',
    minutesOption: (minutes: number) => `${minutes} min`,
    within: (within: number, known: number, minutes: number, mode: string, partly: boolean) =>
      `des habitants${partly ? ' dont la réponse est connue' : ''}, soit ${f.number(within)} sur ${f.number(known)}, l’atteignent en ${minutes} minutes ${mode} ou moins.`,
    unknownPeople: (unknown: number, known: number, all: number) =>
      `La réponse est connue pour ${f.number(known)} habitant${s(known)} sur ${f.number(all)}. Pour ${f.number(unknown)}, elle ne l’est pas, parce que les rues chargées s’arrêtent avant : ils ne comptent pas dans cette part.`,
    noShare: 'Pas de part',
    why: {
      partial:
        'Source incomplète : des services y manquent, une part serait donc trop basse sans qu’on sache de combien.',
      none: 'Aucune source ouverte n’est chargée pour ce service.',
      nobody: 'Aucun habitant n’est connu dans ce territoire.',
      streets: 'La réponse n’est connue pour personne, parce que les rues chargées s’arrêtent avant.',
      someStreets: 'Les rues ne sont chargées qu’en partie : une part ne parlerait pas de tout le territoire.',
    },
    commune: 'Commune',
    people: 'Habitants',
    share: 'À portée',
    beyond: 'Au-delà',
    absence: {
      partial: 'source incomplète : pas de part',
      none: 'aucune source : pas de part',
      nobody: 'aucun habitant : pas de part',
      streets: 'rues non chargées',
      someStreets: 'rues chargées en partie',
    },
    hatched: {
      complete: 'rues non chargées, ou en partie : pas de part',
      partial: 'source incomplète : pas de part',
      none: 'aucune source : pas de part',
    },
    partCovered: (people: number) => `réponse inconnue pour ${f.number(people)}`,
    showAll: (count: number) => `Voir les ${f.number(count)} communes`,
    showFewer: 'Voir moins de communes',
    sorted: (column: string, descending: boolean) =>
      `Communes triées par ${column.toLowerCase()}, ordre ${descending ? 'décroissant' : 'croissant'}`,
    map: 'Carte des communes par part d’habitants à portée, équivalente au tableau',
    legend: 'Part des habitants à portée',
    csv: 'Télécharger le tableau (CSV)',
    method:
      'Habitants comptés par carreau de 200 m ou, sans carreau, répartis sur les adresses d’habitation de leur commune. Une commune coupée par le bord des rues chargées n’a pas de part.',
  },
  sources: {
    title: 'Sources et comptes',
    heading: 'D’où viennent les données',
    lead: (sources: number, rows: number) =>
      `${f.number(sources)} source${s(sources)}, ${f.number(rows)} lignes lues. Chaque ligne lue est gardée, fusionnée, hors du champ ou rejetée avec son motif : les quatre s’additionnent.`,
    producer: 'Producteur',
    licence: 'Licence',
    dataDate: 'Date des données',
    fetched: 'Lues le',
    link: 'Lien',
    rows: 'Lignes',
    ledger: (title: string) => `Où sont passées les lignes de ${title}`,
    read: 'Lues',
    kept: 'Gardées',
    merged: 'Fusionnées avec une autre ligne',
    mergedShort: 'Fusion\u00adnées', // may break there on the narrowest screens
    outOfScope: 'Hors du champ',
    rejected: 'Rejetées',
    csv: 'Télécharger les comptes (CSV)',
    seeRejects: 'Voir les lignes rejetées',
    rejectsOf: (title: string) => `Lignes rejetées de ${title}`,
    firstRejects: (shown: number, total: number) =>
      shown < total ? `Les ${f.number(shown)} premières lignes rejetées sur ${f.number(total)}` : 'Lignes rejetées',
    rejectsCsv: 'Télécharger toutes les lignes rejetées (CSV)',
    reason: 'Motif',
    line: 'Ligne',
    refused: 'Valeur refusée',
    file: 'Fichier',
    summary: 'Toutes les sources',
    source: 'Source',
    territory: (name: string) => `Territoire : ${name}`,
    built: (date: string) => `Instantané construit le ${date}`,
    complete: 'Déclarée complète pour',
    onThisPage: 'Sur cette page',
    details: 'Chaque source en détail',
    whereTo: (read: number, rejected: number) =>
      `${f.number(read)} ligne${s(read)} lue${s(read)}, ${f.number(rejected)} rejetée${s(rejected)} : où elles sont passées`,
    back: 'Retour à la liste des sources',
  },
  list: {
    form: 'Choix des sources montrées',
    words: 'Nom ou producteur',
    show: 'Montrer',
    shown: { all: 'Toutes', rejects: 'Avec rejets', warnings: 'Avec avertissements' },
    order: 'Trier par',
    orders: {
      warnings: 'Avertissements, les plus nombreux d’abord',
      name: 'Nom',
      date: 'Date, les plus anciennes d’abord',
      read: 'Lignes lues, les plus nombreuses d’abord',
      rejected: 'Rejets, les plus nombreux d’abord',
    },
    count: (shown: number, all: number) =>
      shown === all ? `${f.number(all)} source${s(all)}` : `${f.number(shown)} source${s(shown)} sur ${f.number(all)}`,
    none: 'Aucune source ne répond à ce choix.',
    reset: 'Montrer toutes les sources',
    showAll: (count: number) => `Voir les ${f.number(count)} sources`,
    showFewer: 'Voir moins de sources',
  },
  checks,
  flags: {
    age: (year: string) => `ancien (${year})`,
    rejected: () => 'beaucoup de rejets',
    rows: () => 'taille inhabituelle',
    geocoded: () => 'positions d’adresse',
    shrunk: () => 'perte acceptée',
    thinned: () => 'catégorie réduite',
    other: () => 'avertissement',
  },
  judged: {
    heading: 'Contrôles avant publication',
    short: 'Contrôles',
    counts: (passed: number, warned: number, accepted: number) =>
      [
        `${f.number(passed + warned + accepted)} contrôle${s(passed + warned + accepted)} : ${f.number(passed)} réussi${s(passed)}`,
        `${warned ? f.number(warned) : 'aucun'} avertissement${s(warned)}`,
        accepted
          ? `${f.number(accepted)} échec${s(accepted)} accepté${s(accepted)} par l’exploitant, avec sa raison`
          : 'aucun échec',
      ].join(', ') + '.',
    meaning:
      'Un échec empêche la publication, sauf si l’exploitant l’accepte en disant pourquoi. Un avertissement n’empêche rien : il est dit ici.',
    unknown: 'Cet instantané ne dit pas ce que ses contrôles ont trouvé : il a été construit avant qu’on le garde.',
    warnings: 'Avertissements',
    warned: (count: number) => `${f.number(count)} avertissement${s(count)}`,
    caption: 'Avertissements, par contrôle : le sujet et le constat',
    subject: 'Sujet',
    finding: 'Constat',
    showAll: (count: number, check: string) => `Voir les ${f.number(count)} : ${check.toLowerCase()}`,
    showFewer: (check: string) => `En voir moins : ${check.toLowerCase()}`,
    streets: 'Rues',
    accepted: 'Échecs acceptés',
    reason: (reason: string) => `Raison donnée : « ${reason} ».`,
    acceptedOn: (date: string) => `Accepté le ${date}.`,
    absent: 'Sources laissées de côté',
    absentLead: 'Elles devaient être lues, et ne l’ont pas été. Ce qu’elles seules savent manque ici.',
    absence: {
      publisher: (host: string) => `${host} n’a pas donné ses fichiers, et il n’y en a pas de copie ici.`,
      nowhere: () => 'Il n’y a pas de copie de ses fichiers ici, ni d’adresse où les demander.',
      unknown: () => 'Ni une copie ni son producteur n’a donné ses fichiers.',
    },
    seeAbsent: (count: number) => `Voir les ${f.number(count)} sources laissées de côté`,
    csv: 'Télécharger les contrôles (CSV)',
  },
};

export type Messages = typeof words;
export default withFrenchSpaces(words);
