import { describeHowTos, howToPages } from './how-to-pages.js';

describeHowTos(howToPages('about failures'));
