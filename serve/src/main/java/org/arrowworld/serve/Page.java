// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The page's files: a closed list, read from the jar once. They hold no data of any run. */
final class Page {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "txt", "text/plain; charset=utf-8");

  static final List<String> FILES =
      List.of(
          "index.html",
          "open.html",
          "open.js",
          "api.js",
          "app.js",
          "captions.js",
          "colors.js",
          "compare.js",
          "density.js",
          "dom.js",
          "entity.js",
          "fields.js",
          "filter.js",
          "find.js",
          "frames.js",
          "gestures.js",
          "ipc.js",
          "keys.js",
          "layers.js",
          "lives.js",
          "map.js",
          "panels.js",
          "player.js",
          "plots.js",
          "points.js",
          "save.js",
          "savemenu.js",
          "scales.js",
          "state.js",
          "table.js",
          "token.js",
          "trails.js",
          "style.css",
          "icon.svg",
          "vendor/flechette-2.2.0.min.js",
          "vendor/flechette.LICENSE.txt",
          "vendor/uPlot-1.6.32.iife.min.js",
          "vendor/uPlot-1.6.32.min.css",
          "vendor/uPlot.LICENSE.txt");

  private final Map<String, byte[]> contents = new HashMap<>();

  Page() throws IOException {
    for (String file : FILES) {
      try (InputStream in = Page.class.getResourceAsStream("page/" + file)) {
        if (in == null) {
          throw new IOException("The jar lacks the page's file " + file);
        }
        contents.put(file, in.readAllBytes());
      }
    }
  }

  /** Sends a file; false if there is none of this path. */
  boolean send(String path, Reply reply) throws IOException {
    String file = path.equals("/") ? "index.html" : path.substring(1);
    byte[] content = contents.get(file);
    if (content == null) {
      return false;
    }
    reply.bytes(200, TYPES.get(file.substring(file.lastIndexOf('.') + 1)), content);
    return true;
  }
}
