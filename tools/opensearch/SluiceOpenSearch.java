// SPDX-License-Identifier: Apache-2.0
// An OpenSearch node in one process, for tests: `java SluiceOpenSearch DATA PORT`. HTTP on 127.0.0.1
// only; no other node joins. SIGTERM ends it in order.

import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

public final class SluiceOpenSearch {
  private static final class OneNode extends Node {
    OneNode(Settings settings) {
      super(InternalSettingsPreparer.prepareEnvironment(settings, Collections.emptyMap(), null, () -> "one"),
          Collections.singletonList(Netty4Plugin.class), true);
    }
  }

  public static void main(String[] words) throws Exception {
    Settings settings = Settings.builder()
        .put("cluster.name", "sluice-test")
        .put("node.name", "one")
        .put("path.home", words[0])
        .put("discovery.type", "single-node")
        .put("transport.type", "netty4")
        .put("http.type", "netty4")
        .put("network.host", "127.0.0.1")
        .put("http.port", words[1])
        .put("transport.port", "0")
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .put("node.processors", 1)
        .build();
    Node node = new OneNode(settings);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception problem) {
        problem.printStackTrace();
      }
      ended.countDown();
    }));
    node.start();
    ended.await();
  }
}
