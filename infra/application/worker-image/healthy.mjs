// Ends with 0 when the worker of this container says that it works.
const answer = await fetch('http://127.0.0.1:8080/health').catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
