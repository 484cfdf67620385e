// What a person does first with the generated Java client: `java UseSdk URL`.
import bambleweeny.sdk.ApiClient;
import bambleweeny.sdk.ApiException;
import bambleweeny.sdk.api.AuthApi;
import bambleweeny.sdk.api.BinsApi;
import bambleweeny.sdk.api.KeysApi;
import bambleweeny.sdk.api.ListsApi;
import bambleweeny.sdk.api.RoutesApi;
import bambleweeny.sdk.model.BinChallenge;
import bambleweeny.sdk.model.BinDocument;
import bambleweeny.sdk.model.BinHandshake;
import bambleweeny.sdk.model.BinList;
import bambleweeny.sdk.model.BinProvider;
import bambleweeny.sdk.model.BinVerification;
import bambleweeny.sdk.model.BodySize;
import bambleweeny.sdk.model.CallCount;
import bambleweeny.sdk.model.ExpectedCalls;
import bambleweeny.sdk.model.ExpectedCallsCount;
import bambleweeny.sdk.model.LeasedItem;
import bambleweeny.sdk.model.ListStats;
import bambleweeny.sdk.model.Login;
import bambleweeny.sdk.model.RouteAnswer;
import bambleweeny.sdk.model.RouteCreation;
import bambleweeny.sdk.model.RouteRule;
import java.io.File;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

public class UseSdk {
  static void check(boolean holds, String text) {
    if (!holds) throw new AssertionError(text);
  }

  static File file(byte... bytes) throws Exception {
    File file = File.createTempFile("value", "");
    file.deleteOnExit();
    Files.write(file.toPath(), bytes);
    return file;
  }

  public static void main(String[] words) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(words[0]);
    Login login = new Login().username("admin").password("changeme");
    String token = new AuthApi(client).getToken(login, null).getAccessToken();
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    KeysApi keys = new KeysApi(client);
    ListsApi lists = new ListsApi(client);

    byte[] value = {0, -1};
    keys.setKey("java", null, null, null, null, null, null, file(value));
    File read = keys.getKey("java", null, null, null, null, null, null, null);
    check(Arrays.equals(Files.readAllBytes(read.toPath()), value), "bytes come back");

    check(keys.incrKeyByPost("java-n", null, null, null, null, null).equals("1"), "it counts");
    check(keys.incrKeyByPost("java-n", null, 41L, null, null, null).equals("42"), "it counts by 41");

    String first = lists.pushItem("java", null, null, null, null, null, null, file("first".getBytes())).getId();
    lists.pushItem("java", null, null, null, null, null, null, file(value));
    List<LeasedItem> items = lists.leaseItems("java", null, 2, "30s", null, null).getItems();
    check(items.get(0).getId().equals(first), "it leases the oldest item");
    check(items.get(0).getBody().getString().equals("first"), "it leases text");
    check(Arrays.equals(items.get(1).getBody().getBase64().getBase64(), value), "it leases bytes");
    for (LeasedItem item : items) lists.acknowledgeItem("java", item.getLease(), null);
    ListStats left = lists.countItems("java", null);
    check(left.getReady() == 0 && left.getLeased() == 0, "all are acknowledged, and the list is gone");

    RoutesApi routes = new RoutesApi(client);
    RouteAnswer answer = new RouteAnswer().status(201).delayMs(List.of(0, 1));
    RouteRule rule = new RouteRule().method(List.of("GET", "PUT")).path("/orders").addAnswersItem(answer);
    RouteCreation mock = new RouteCreation().name("java").journal("java").addRulesItem(rule);
    String path = routes.createRoute(mock, null, null, null, null, null, null).getPath();
    check(routes.listRoutes(null, "@admin/java").getRules().equals(List.of(rule)), "a document comes back");
    routes.readRouteBelow(UUID.fromString(path.substring(path.lastIndexOf('/') + 1)), "orders");
    ExpectedCalls once = new ExpectedCalls().method("GET").count(new ExpectedCallsCount(new CallCount().max(1)));
    check(routes.verifyRoute("@admin/java", once, null, null, null).getMatching() == 1, "a mock was called");

    BinsApi bins = new BinsApi(client);
    BinHandshake challenge = new BinHandshake().provider(BinProvider.META).secret("s");
    BinVerification verification = new BinVerification().scheme(BinVerification.SchemeEnum.GITLAB).addSecretsItem("s");
    BinDocument document = new BinDocument()._list("java-bin").name("java").keep(BinDocument.KeepEnum.REQUEST)
      .methods(List.of("POST")).challenge(new BinChallenge(challenge)).maxBody(new BodySize("1kb"))
      .verify(verification.tolerance(60)._else(BinVerification.ElseEnum.KEEP)).answer(new RouteAnswer().text("got it"));
    String hook = bins.createBin(document, null).getPath();
    BinList shown = bins.listBins(null, "@admin/java");
    check(shown.getVerify().getSecrets().equals(List.of("[secret]")), "a document of a bin comes back");
    check(shown.getChallenge().getBinHandshake().getProvider() == BinProvider.META, "it has a challenge");
    UUID hookId = UUID.fromString(hook.substring(hook.lastIndexOf('/') + 1));
    check(bins.pushToBin(hookId, file(value)).equals("got it"), "a bin answers");

    try {
      keys.getKey("nothing", null, null, null, null, null, null, null);
      throw new AssertionError("a missing key was found");
    } catch (ApiException ex) {
      check(ex.getCode() == 404 && ex.getResponseBody().contains("\"not_found\""), "a missing key has a code");
    }
    System.out.println("done");
  }
}
