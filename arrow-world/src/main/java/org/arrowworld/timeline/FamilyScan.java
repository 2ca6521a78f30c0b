// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;

/**
 * Follows births and deaths of one table through the log. For the family of one id, memory is that
 * of the living and of their ancestors: a dead line without living descendants is forgotten. For
 * all lives it is that of all lives.
 */
final class FamilyScan implements Log.Visitor {
  private static final class Node {
    private final EntityRef entity;
    private final OptionalLong born;
    private OptionalLong died = OptionalLong.empty();
    private String cause;
    private Node parent;
    private List<Node> children;

    Node(EntityRef entity, OptionalLong born) {
      this.entity = entity;
      this.born = born;
    }

    Life life() {
      return new Life(
          entity,
          born,
          died,
          Optional.ofNullable(cause),
          parent == null ? Optional.empty() : Optional.of(parent.entity));
    }
  }

  private final String table;
  private final OptionalInt id;
  private final int bornKey;
  private final int diedKey;
  private final int parentKey;
  private final int causeKey;
  private final Map<Integer, Node> living = new HashMap<>();
  private final Map<Integer, Node> diedThisTick = new HashMap<>();
  private final List<Node> lives = new ArrayList<>();

  /** Children, by the id of a parent that is born after them in the same tick. */
  private final Map<Integer, List<Node>> awaited = new HashMap<>();

  /**
   * A scan.
   *
   * @param id whose lives are kept, with their children; all lives if empty
   */
  FamilyScan(String table, OptionalInt id, KeyTable keys) {
    this.table = table;
    this.id = id;
    this.bornKey = keys.key(table + ".born").code();
    this.diedKey = code(keys, "died");
    this.parentKey = code(keys, "parent");
    this.causeKey = code(keys, "cause");
  }

  private int code(KeyTable keys, String name) {
    return keys.find(table + "." + name).map(Key::code).orElse(-1);
  }

  /** Takes those who live where the history begins. */
  void begin(MutableTable base) {
    for (int slot = 0; slot < base.rows(); slot++) {
      EntityRef entity =
          base.schema().hasGenerations() ? base.ref(slot) : new EntityRef(base.id(slot), 0);
      add(new Node(entity, OptionalLong.empty()));
    }
  }

  private void add(Node node) {
    living.put(node.entity.id(), node);
    if (id.isEmpty()) {
      lives.add(node);
    } else if (node.entity.id() == id.getAsInt()) {
      node.children = new ArrayList<>();
      lives.add(node);
    }
    List<Node> children = awaited.remove(node.entity.id());
    if (children != null) {
      children.forEach(child -> setParent(child, node));
    }
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws DamagedFileException {
    for (int row = from; row < to; row++) {
      int key = batch.key(row);
      int rid = batch.rid(row);
      if (key == KeyTable.COMMIT) {
        diedThisTick.clear();
        awaited.clear();
      } else if (key == bornKey) {
        int gen = (int) Values.toInteger(batch.val(row));
        add(new Node(new EntityRef(rid, gen), OptionalLong.of(batch.tick(row))));
      } else if (key == diedKey) {
        Node dead = known(living.remove(rid), batch, row);
        dead.died = OptionalLong.of(batch.tick(row));
        diedThisTick.put(rid, dead);
      } else if (key == parentKey) {
        Node child = living.get(rid);
        if (child != null) { // a parent of nobody changes no table, and is of no life (O-14)
          findParent(child, (int) Values.toInteger(batch.val(row)));
        }
      } else if (key == causeKey) {
        Node dead = diedThisTick.get(rid);
        if (dead != null) {
          dead.cause = batch.word(row);
        }
      }
    }
  }

  private Node known(Node node, TripleBatch batch, int row) throws DamagedFileException {
    if (node == null) {
      throw new DamagedFileException(
          "log",
          -1,
          Text.of(
              "the row of seq %d is about %s %s, which does not live then",
              batch.firstSeq() + row, table, Integer.toUnsignedString(batch.rid(row))));
    }
    return node;
  }

  /**
   * A parent is who had the id when the tick began, so it may have died in this very tick; where
   * nobody had it, who is born to it in the tick, before the child or after it.
   */
  private void findParent(Node child, int parentId) {
    Node parent = diedThisTick.getOrDefault(parentId, living.get(parentId));
    if (parent == null) {
      awaited.computeIfAbsent(parentId, any -> new ArrayList<>()).add(child);
    } else if (parent != child) {
      setParent(child, parent);
    }
  }

  private static void setParent(Node child, Node parent) {
    child.parent = parent;
    if (parent.children != null) {
      parent.children.add(child);
    }
  }

  /** All lives found, by birth; those before the log first. */
  void lives(Query.Enough<? super Life> visitor) throws IOException {
    for (Node node : lives) {
      if (!visitor.visit(node.life())) {
        return;
      }
    }
  }

  /** What was found of a generation of the id, or of its last one. */
  Family family(OptionalInt generation) {
    Node self = null;
    for (Node life : lives) {
      self = generation.isEmpty() || life.entity.gen() == generation.getAsInt() ? life : self;
    }
    if (self == null) {
      String which = generation.isPresent() ? " in generation " + generation.getAsInt() : "";
      throw new InvalidUseException(
          Text.of("The log has no %s %s%s", table, Integer.toUnsignedString(id.getAsInt()), which));
    }
    List<Life> ancestors = new ArrayList<>();
    Set<Node> met = new HashSet<>(List.of(self)); // two born in one tick may name each other
    for (Node node = self.parent; node != null && met.add(node); node = node.parent) {
      ancestors.add(node.life());
    }
    return new Family(self.life(), ancestors, self.children.stream().map(Node::life).toList());
  }
}
