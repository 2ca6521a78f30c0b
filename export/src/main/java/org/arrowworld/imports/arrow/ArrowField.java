// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.arrowworld.internal.Text;

/**
 * A field of a schema.
 *
 * @param name its name; fields may share one
 * @param type how its values are stored, of a dictionary's field those of the dictionary
 * @param index how values point into the dictionary, if there is one
 * @param children fields below it
 * @param metadata its custom metadata
 */
record ArrowField(
    String name,
    StoredType type,
    Optional<Index> index,
    List<ArrowField> children,
    Map<String, String> metadata) {

  private static final String EXTENSION = "ARROW:extension:name";

  /**
   * Indices into a dictionary.
   *
   * @param dictionary its id
   * @param type integers
   */
  record Index(long dictionary, StoredType type) {}

  /** The field of the dictionary's values. */
  ArrowField values() {
    return new ArrowField(name, type, Optional.empty(), children, metadata);
  }

  /** The same under another name, for what stands for a whole column. */
  ArrowField named(String other) {
    return new ArrowField(other, type, index, children, metadata);
  }

  /** The extension type it is declared to be, if it is one. */
  Optional<String> extension() {
    return Optional.ofNullable(metadata.get(EXTENSION));
  }

  /** The type, as pyarrow writes it. */
  String label() {
    String stored = type.label() + below();
    return index
        .map(i -> Text.of("dictionary<values=%s, indices=%s>", stored, i.type.label()))
        .orElse(extension().map(e -> Text.of("%s (stored as %s)", e, stored)).orElse(stored));
  }

  private String below() {
    if (children.isEmpty()) {
      return "";
    }
    boolean named =
        switch (type.kind()) {
          case STRUCT, SPARSE_UNION, DENSE_UNION -> true;
          default -> false;
        };
    return children.stream()
        .limit(8)
        .map(c -> named ? c.name + ": " + c.label() : c.label())
        .collect(Collectors.joining(", ", "<", children.size() > 8 ? ", ...>" : ">"));
  }
}
