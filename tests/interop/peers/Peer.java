import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A client and a server of Java's own TLS.
 *
 * <pre>
 *   Peer client PORT ROOT [PKCS12]   prints the version, the suite and the page; shows a certificate, if given one
 *   Peer resume PORT ROOT VERSION    visits twice; prints the second time's version and whether it resumed
 *   Peer server PORT PKCS12 [ROOT]   answers each request with "Hello from Java"; with ROOT, to clients with a
 *                                    certificate of it alone. The stores' password is "keyway"
 * </pre>
 */
public class Peer {
  static SSLContext context(String root, String pkcs12) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(pkcs12 == null ? null : own(pkcs12), root == null ? null : trusting(root), null);
    return context;
  }

  static TrustManager[] trusting(String root) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (FileInputStream in = new FileInputStream(root)) {
      store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  static KeyManager[] own(String pkcs12) throws Exception {
    char[] password = "keyway".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (FileInputStream in = new FileInputStream(pkcs12)) {
      store.load(in, password);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    return keys.getKeyManagers();
  }

  static void client(String port, SSLContext context) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/")).build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(response.sslSession().get().getProtocol() + " " + response.sslSession().get().getCipherSuite());
    System.out.println(response.body());
  }

  static SSLSession visit(String port, SSLContext context, String version) throws Exception {
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", Integer.parseInt(port))) {
      socket.setEnabledProtocols(new String[] {"TLSv" + version});
      SSLParameters wanted = socket.getSSLParameters();
      wanted.setApplicationProtocols(new String[] {"http/1.1"});
      wanted.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(wanted);
      socket.getOutputStream().write(
          "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      socket.getInputStream().readAllBytes();
      System.out.println("protocol " + socket.getApplicationProtocol());
      return socket.getSession();
    }
  }

  /** A session that is gone on with keeps the time at which it was made. */
  static void resume(String port, SSLContext context, String version) throws Exception {
    SSLSession first = visit(port, context, version);
    Thread.sleep(20);
    SSLSession second = visit(port, context, version);
    System.out.println(second.getProtocol() + " resumed: " + (first.getCreationTime() == second.getCreationTime()));
  }

  static void server(String port, SSLContext context, boolean asks) throws Exception {
    HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters wanted = context.getDefaultSSLParameters();
        wanted.setNeedClientAuth(asks);
        parameters.setSSLParameters(wanted);
      }
    });
    server.createContext("/", exchange -> {
      byte[] body = "Hello from Java\n".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }

  public static void main(String[] arguments) throws Exception {
    String last = arguments.length > 3 ? arguments[3] : null;
    if (arguments[0].equals("client")) {
      client(arguments[1], context(arguments[2], last));
    } else if (arguments[0].equals("resume")) {
      resume(arguments[1], context(arguments[2], null), last);
    } else {
      server(arguments[1], context(last, arguments[2]), last != null);
    }
  }
}
