// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A directory: its names, those of its last force, and the changes since. */
final class MemoryDirectory implements MemoryNode {

  /** One name set to a node, or removed where the node is null. */
  private record Change(long operation, String name, MemoryNode node) {}

  private final Map<String, MemoryNode> names = new TreeMap<>();
  private Map<String, MemoryNode> forced = new TreeMap<>();
  private final List<Change> unforced = new ArrayList<>();

  MemoryNode get(String name) {
    return names.get(name);
  }

  List<String> names() {
    return List.copyOf(names.keySet());
  }

  /**
   * Sets a name.
   *
   * @param operation changes of one operation survive a power loss together
   */
  void set(long operation, String name, MemoryNode node) {
    names.put(name, node);
    unforced.add(new Change(operation, name, node));
  }

  void remove(long operation, String name) {
    names.remove(name);
    unforced.add(new Change(operation, name, null));
  }

  /** Sets a name that is forced at once. */
  void putForced(String name, MemoryNode node) {
    names.put(name, node);
    forced.put(name, node);
    unforced.removeIf(change -> change.name().equals(name));
  }

  void force() {
    forced = new TreeMap<>(names);
    unforced.clear();
  }

  @Override
  public MemoryNode survivor(Survival survival) {
    Map<String, MemoryNode> left = new TreeMap<>(forced);
    for (Change change : unforced) {
      if (survival.keepsName(change.operation)) {
        if (change.node == null) {
          left.remove(change.name);
        } else {
          left.put(change.name, change.node);
        }
      }
    }
    MemoryDirectory copy = new MemoryDirectory();
    left.forEach((name, node) -> copy.putForced(name, survival.of(node)));
    return copy;
  }
}
