// One node of OpenSearch 3 for tests, run as source: java -cp 'lib/*' Node3.java key=value ... Node.java is that of OpenSearch 2.
// It is the real server with the modules that every distribution carries and that our documents and
// commands can meet; security, ISM and painless are not among them.

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

final class Node3 extends org.opensearch.node.Node {
    private Node3(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(
                settings, Map.of(), Path.of(settings.get("path.home"), "config"), () -> "es-loader-tests"),
            List.of(
                plugin(CommonAnalysisModulePlugin.class),
                plugin(MapperExtrasModulePlugin.class),
                plugin(Netty4ModulePlugin.class),
                plugin(ReindexModulePlugin.class)),
            false);
    }

    private static PluginInfo plugin(Class<? extends Plugin> plugin) {
        String name = plugin.getName();
        return new PluginInfo(name, "classpath plugin", "NA", Version.CURRENT, "21", name, null, List.of(), false);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        LogConfigurator.configureWithoutConfig(settings.build());
        Node3 node = new Node3(settings.build());
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
