// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What would change a world without a log row does not compile, nor do the old ways to say it. */
final class SnippetsTest {

  private static List<String> errors(String statement) {
    String source =
        """
        import org.arrowworld.LiveWorld;
        import org.arrowworld.table.*;
        import org.arrowworld.tick.*;

        class Snippet {
          void run(LiveWorld live, World past, WorldView world, Tick t) throws Exception {
            %s
          }
        }
        """
            .replace("%s", statement);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    compiler
        .getTask(
            null,
            null,
            found,
            List.of("-proc:none", "-Xlint:none", "-d", "target", "-cp", path),
            null,
            List.of(file))
        .call();
    return found.getDiagnostics().stream()
        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
        .map(d -> d.getMessage(null))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "live.world().table(\"ship\").column(\"x\").set(0, 1);",
        "world.table(\"ship\").f32(\"x\").set(0, 1f);",
        "world.table(\"ship\").born(1, 0);",
        "past.table(\"ship\").died(1);",
        "past.settle(4);",
        "t.world().table(\"ship\").restore(null, 0, null, null);",
        "t.table(\"ship\").set(\"x\", 0, 1.0);",
        "t.table(\"ship\").set(7L, \"x\", 1.0);",
        "live.world().close();",
      })
  void does_not_compile(String statement) {
    assertThat(errors(statement)).as(statement).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t.table(\"ship\").set(7, \"x\", 1.0);",
        "t.table(\"ship\").set(new EntityRef(7, 2), \"x\", 1.0);",
        "Born b = t.table(\"ship\").insert(); t.table(\"hungry\").insert(b);",
        "t.table(\"ship\").insertAll(3).write(\"x\", new double[3]).get(0).parent(4);",
        "float e = live.world().table(\"ship\").f32(\"energy\").get(0);",
        "live.tick(u -> { throw new java.io.IOException(); });",
      })
  void compiles(String statement) {
    assertThat(errors(statement)).as(statement).isEmpty();
  }
}
