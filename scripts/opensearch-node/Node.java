// One OpenSearch node for tests, run as source: java -cp 'lib/*' Node.java key=value ...
// It is the real server with the modules that every distribution carries and that our documents and
// commands can meet; security, ISM and painless are not among them.

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.transport.Netty4Plugin;

final class Node extends org.opensearch.node.Node {
    private Node(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(
                settings, Map.of(), Path.of(settings.get("path.home"), "config"), () -> "es-loader-tests"),
            List.of(
                CommonAnalysisPlugin.class,
                MapperExtrasPlugin.class,
                Netty4Plugin.class,
                ReindexPlugin.class),
            false);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        LogConfigurator.configureWithoutConfig(settings.build());
        Node node = new Node(settings.build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        // The server's own threads are daemons: without this one the process would end here.
        Thread.currentThread().join();
    }
}
