// What would only cost the peer time is off: compression (the load generator does not ask for it), the tag of the answer
// (pages that are rendered for each request have none) and the name of the server.
export default {
  compress: false,
  generateEtags: false,
  poweredByHeader: false,
  serverExternalPackages: ['better-sqlite3'],
};
