// A client and a server of Node's https module.
//
//   peer.js client PORT ROOT [CHAIN KEY]   prints the version, the suite, the protocol and the page; shows a certificate,
//                                          if given one
//   peer.js resume PORT ROOT VERSION       visits twice; prints the second time's version and whether it resumed
//   peer.js server PORT CHAIN KEY [ROOT]   answers each request with "Hello from Node"; over secp384r1 alone, or
//                                          with ROOT, to clients with a certificate of it alone
const fs = require('fs');
const https = require('https');
const tls = require('tls');

function resume(port, ca, version, session, done) {
  let latest;
  const socket = tls.connect(
    {host: '127.0.0.1', servername: 'localhost', port, ca, session, maxVersion: 'TLSv' + version, ALPNProtocols: ['http/1.1']},
    () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'));
  socket.on('session', (each) => { latest = each; });
  socket.on('error', (error) => { console.error(error.message); process.exit(1); });
  socket.on('data', () => {});
  const about = () => socket.getProtocol() + ' resumed: ' + socket.isSessionReused();
  let told = '';
  socket.on('secureConnect', () => { told = about(); });
  socket.on('close', () => done(latest, told));
}

const [, , role, port, ...paths] = process.argv;
const files = role === 'resume' ? [] : paths.map((path) => fs.readFileSync(path));
if (role === 'resume') {
  const [ca, version] = [fs.readFileSync(paths[0]), paths[1]];
  resume(port, ca, version, undefined, (session) => resume(port, ca, version, session, (_, told) => console.log(told)));
} else if (role === 'client') {
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
  https.createServer({cert: files[0], key: files[1], ca: files[2], requestCert: files.length > 2,
                      ecdhCurve: files.length > 2 ? 'auto' : 'P-384'},
                     (request, response) => response.end('Hello from Node\n'))
       .listen(Number(port), '127.0.0.1');
}
