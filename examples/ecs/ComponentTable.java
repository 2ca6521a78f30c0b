// SPDX-License-Identifier: Apache-2.0
import com.artemis.Component;
import com.artemis.ComponentMapper;
import com.artemis.World;
import com.artemis.annotations.EntityId;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** A class of Artemis components and the table that holds them: a column per public field. */
final class ComponentTable<C extends Component> {
  private final Class<C> type;
  private final ComponentMapper<C> mapper;

  ComponentTable(Class<C> type, World ecs) {
    this.type = type;
    this.mapper = ecs.getMapper(type);
  }

  /** The table of a class of components that entities of another table have. */
  static TableSchema schema(Class<? extends Component> type, String entities) {
    TableSchema.Builder table = TableSchema.component(name(type), entities);
    for (Field field : fields(type)) {
      if (isReference(field)) {
        table.reference(field.getName(), entities);
      } else {
        table.column(field.getName(), columnType(field));
      }
    }
    return table.build();
  }

  String name() {
    return name(type);
  }

  /** Gives entities the components that the table holds; they are found by their ids. */
  void load(TableView table, Map<Integer, Integer> numbers) {
    for (int slot = 0; slot < table.rows(); slot++) {
      C component = mapper.create(numbers.get(table.id(slot)));
      for (Field field : fields(type)) {
        Object value = logged(table, slot, field);
        put(component, field, isReference(field) ? numbers.getOrDefault(value, -1) : value);
      }
    }
  }

  /** Logs what became of an entity's component since the tick before. */
  void log(Tick tick, int number, IntFunction<Entity> entities) {
    TickTable table = tick.table(name());
    Entity entity = entities.apply(number);
    int slot = entity instanceof EntityRef known ? table.before().slotOf(known) : -1;
    if (!mapper.has(number)) {
      if (slot >= 0) {
        table.remove(entity);
      }
      return;
    }
    Entity row = slot < 0 ? table.insert(entity) : entity;
    for (Field field : fields(type)) {
      Object value = take(mapper.get(number), field);
      if (!isReference(field)) {
        set(table, row, field.getName(), value);
        continue;
      }
      value = entities.apply((Integer) value);
      if (slot < 0 || !isReferred(value, table.before().u32(field.getName()).get(slot))) {
        set(table, row, field.getName(), value);
      }
    }
  }

  private static void set(TickTable table, Entity row, String column, Object value) {
    if (value == null) {
      table.set(row, column, Column.NO_ROW);
    } else if (value instanceof Entity entity) {
      table.set(row, column, entity);
    } else if (value instanceof Float number) {
      table.set(row, column, (float) number);
    } else if (value instanceof Double number) {
      table.set(row, column, (double) number);
    } else if (value instanceof Boolean truth) {
      table.set(row, column, (boolean) truth);
    } else if (value instanceof String word) {
      table.set(row, column, word);
    } else {
      table.set(row, column, ((Number) value).longValue());
    }
  }

  /** Whether the id that the table holds is this entity's. */
  private static boolean isReferred(Object entity, int id) {
    return entity instanceof EntityRef known
        ? known.id() == id
        : entity == null && id == (int) Column.NO_ROW;
  }

  private static Object logged(TableView table, int slot, Field field) {
    String column = field.getName();
    if (isReference(field)) {
      return table.u32(column).get(slot);
    }
    return switch (columnType(field)) {
      case I8 -> (byte) table.i8(column).get(slot);
      case I16 -> (short) table.i16(column).get(slot);
      case I32 -> table.i32(column).get(slot);
      case I64 -> table.i64(column).get(slot);
      case F32 -> table.f32(column).get(slot);
      case F64 -> table.f64(column).get(slot);
      case BOOL -> table.bool(column).get(slot);
      case STRING -> table.string(column).get(slot);
      default -> throw new AssertionError(field);
    };
  }

  private static ColumnType columnType(Field field) {
    return switch (field.getType().getSimpleName()) {
      case "byte" -> ColumnType.I8;
      case "short" -> ColumnType.I16;
      case "int" -> ColumnType.I32;
      case "long" -> ColumnType.I64;
      case "float" -> ColumnType.F32;
      case "double" -> ColumnType.F64;
      case "boolean" -> ColumnType.BOOL;
      case "String" -> ColumnType.STRING;
      default ->
          throw new IllegalArgumentException(
              "No column holds " + field + ": only primitive types, String and @EntityId int");
    };
  }

  private static boolean isReference(Field field) {
    return field.isAnnotationPresent(EntityId.class);
  }

  private static String name(Class<? extends Component> type) {
    return type.getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** The public fields by name: the order in which a class has them is not promised. */
  private static List<Field> fields(Class<? extends Component> type) {
    return Arrays.stream(type.getFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()))
        .sorted(Comparator.comparing(Field::getName))
        .toList();
  }

  private static Object take(Component component, Field field) {
    try {
      return field.get(component);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(field + " cannot be read", e);
    }
  }

  private static void put(Component component, Field field, Object value) {
    try {
      field.set(component, value);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(field + " cannot be written", e);
    }
  }
}
