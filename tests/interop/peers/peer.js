// A client and a server of Node's https module.
//
//   peer.js client PORT ROOT            prints the version, the suite and the page
//   peer.js server PORT CHAIN KEY       answers each request with "Hello from Node"
const fs = require('fs');
const https = require('https');

const [, , role, port, ...files] = process.argv;
if (role === 'client') {
  const request = https.get(
    {host: '127.0.0.1', servername: 'localhost', port, path: '/', ca: fs.readFileSync(files[0]), agent: false,
     ALPNProtocols: ['http/1.1'], headers: {Host: 'localhost'}},
    (response) => {
      const socket = response.socket;
      console.log(socket.getProtocol(), socket.getCipher().standardName, socket.alpnProtocol, socket.authorized);
      response.on('data', (data) => process.stdout.write(data));
    });
  request.on('error', (error) => { console.error(error.message); process.exit(1); });
} else {
  https.createServer({cert: fs.readFileSync(files[0]), key: fs.readFileSync(files[1])},
                     (request, response) => response.end('Hello from Node\n'))
       .listen(Number(port), '127.0.0.1');
}
