/** Message attribute that counts how often a copy was put back; SQS keeps it when it moves the copy to its DLQ. */
export const RETURNS_ATTRIBUTE = 'laneway-returns';
