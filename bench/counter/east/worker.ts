import { clerk } from '../clerk.js';

export default clerk('east');
