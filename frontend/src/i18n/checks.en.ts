import type fr from './checks.fr';

const en: typeof fr = {
  rejected: {
    name: 'Rejected rows',
    about: 'More than one row in twenty was rejected, those of other territories aside.',
  },
  rows: { name: 'Number of rows', about: 'The file has not the size that its publisher usually gives it.' },
  shrunk: { name: 'Source shrunk', about: 'A fifth of its rows or places is gone.' },
  lost: { name: 'Source lost', about: 'The former snapshot had this source, this one has not.' },
  thinned: { name: 'Category thinned out', about: 'A fifth of its services is gone from a source.' },
  category: { name: 'Empty category', about: 'A source is declared to hold all of it, and nothing was found.' },
  completeness: {
    name: 'Missing services',
    about: 'Another source counts some in communes where none was found.',
  },
  loaded: { name: 'Loaded streets', about: 'Where streets are not loaded, no answer is given.' },
  streets: { name: 'Connected streets', about: 'Streets cut off from the others lead nowhere.' },
  snapped: { name: 'Services near a street', about: 'A service far from every street cannot be reached.' },
  turns: { name: 'Turn restrictions', about: 'A restriction that is not understood does not count in trips.' },
  field: { name: 'Computed times', about: 'Times contradict each other.' },
  twice: { name: 'Possible duplicates', about: 'The same place may be counted twice.' },
  geocoded: { name: 'Positions of addresses', about: 'Without coordinates, places are put at their address.' },
  communes: { name: 'Communes (people, contours)', about: 'People or contours are missing.' },
  population: { name: 'People in two sources', about: 'The two do not say the same.' },
  cells_by_commune: { name: 'People by commune', about: 'The commune and its cells do not say the same.' },
  cells: { name: 'People in cells', about: 'The cells do not show everybody.' },
  outside: { name: 'People outside communes', about: 'Some cells lie in no commune.' },
  halo: {
    name: 'Contours around the territory',
    about: 'Services nearby count, but their commune is not always known.',
  },
  compared: { name: 'No comparison', about: 'The former snapshot cannot be read whole.' },
  ledger: { name: 'Counts', about: 'Rows kept and the others have to make the rows read.' },
  excluded: { name: 'Sources left out', about: 'Their files could not be read.' },
  age: { name: 'Old data', about: 'What it shows may have changed since.' },
};

export default en;
