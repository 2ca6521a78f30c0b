package org.arrowworld.timeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.WorldTable;

/**
 * Follows births and deaths of one table through the log. Memory is that of the living and of their
 * ancestors: a dead line without living descendants is forgotten.
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

    Family.Life life() {
      return new Family.Life(entity, born, died, Optional.ofNullable(cause));
    }
  }

  private final String table;
  private final int id;
  private final int bornKey;
  private final int diedKey;
  private final int parentKey;
  private final int causeKey;
  private final Map<Integer, Node> living = new HashMap<>();
  private final Map<Integer, Node> diedThisTick = new HashMap<>();
  private final List<Node> lives = new ArrayList<>();

  FamilyScan(String table, int id, KeyTable keys) {
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
  void begin(WorldTable base) {
    for (int slot = 0; slot < base.rows(); slot++) {
      add(new Node(base.ref(slot), OptionalLong.empty()));
    }
  }

  private void add(Node node) {
    living.put(node.entity.id(), node);
    if (node.entity.id() == id) {
      node.children = new ArrayList<>();
      lives.add(node);
    }
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) {
    for (int row = from; row < to; row++) {
      int key = batch.key(row);
      int rid = batch.rid(row);
      if (key == KeyTable.COMMIT) {
        diedThisTick.clear();
      } else if (key == bornKey) {
        int gen = (int) Values.toInteger(batch.val(row));
        add(new Node(new EntityRef(rid, gen), OptionalLong.of(batch.tick(row))));
      } else if (key == diedKey) {
        Node dead = living.remove(rid);
        dead.died = OptionalLong.of(batch.tick(row));
        diedThisTick.put(rid, dead);
      } else if (key == parentKey) {
        setParent(living.get(rid), (int) Values.toInteger(batch.val(row)));
      } else if (key == causeKey) {
        diedThisTick.get(rid).cause = batch.word(row);
      }
    }
  }

  /** A parent is who had the id when the tick began, so it may have died in this very tick. */
  private void setParent(Node child, int parentId) {
    Node parent = diedThisTick.getOrDefault(parentId, living.get(parentId));
    if (parent == null || parent == child) {
      return;
    }
    child.parent = parent;
    if (parent.children != null) {
      parent.children.add(child);
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
          Text.of("The log has no %s %s%s", table, Integer.toUnsignedString(id), which));
    }
    List<Family.Life> ancestors = new ArrayList<>();
    for (Node node = self.parent; node != null; node = node.parent) {
      ancestors.add(node.life());
    }
    return new Family(self.life(), ancestors, self.children.stream().map(Node::life).toList());
  }
}
