// A client and a server of Node's https module.
//
//   peer.js client PORT ROOT [CHAIN KEY]   prints the version, the suite and the page; shows a certificate, if given one
//   peer.js server PORT CHAIN KEY [ROOT]   answers each request with "Hello from Node"; with ROOT, to clients with a
//                                          certificate of it alone
const fs = require('fs');
const https = require('https');

const [, , role, port, ...paths] = process.argv;
const files = paths.map((path) => fs.readFileSync(path));
if (role === 'client') {
  const request = https.get(
    {host: '127.0.0.1', servername: 'localhost', port, path: '/', ca: files[0], cert: files[1], key: files[2], agent: false,
     ALPNProtocols: ['http/1.1'], headers: {Host: 'localhost'}},
    (response) => {
      const socket = response.socket;
      console.log(socket.getProtocol(), socket.getCipher().standardName, socket.alpnProtocol, socket.authorized);
      response.on('data', (data) => process.stdout.write(data));
    });
  request.on('error', (error) => { console.error(error.message); process.exit(1); });
} else {
  https.createServer({cert: files[0], key: files[1], ca: files[2], requestCert: files.length > 2},
                     (request, response) => response.end('Hello from Node\n'))
       .listen(Number(port), '127.0.0.1');
}
