package org.arrowworld.imports.trajectories;

import java.io.IOException;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Makes a live world go through the frames of a file, one tick each. */
final class FramePlayer {
  private final TrajectoryImport.Source source;
  private final List<String> columns;
  private final Frames frames;
  private final LiveWorld live;
  private long births;

  FramePlayer(TrajectoryImport.Source source, Frames frames, LiveWorld live) {
    this.source = source;
    this.columns = source.columns().values();
    this.frames = frames;
    this.live = live;
  }

  TrajectoryImport.Result play() throws IOException {
    long ticks = 0;
    int to;
    for (int from = 0; from < frames.rows(); from = to) {
      to = frames.endOfFrame(from);
      int first = from;
      int end = to;
      live.tick(frames.tick(from), mutations -> frame(mutations, first, end));
      ticks++;
      source.progress().accept(to);
    }
    return new TrajectoryImport.Result(
        frames.rows(),
        ticks,
        frames.tick(0),
        frames.tick(frames.rows() - 1),
        births,
        live.committed().seq());
  }

  /** Makes the table hold rows {@code [from, to)} of the frames. */
  private void frame(Tick mutations, int from, int to) {
    TickTable table = mutations.table(source.table());
    TableView present = table.before();
    boolean[] stays = new boolean[present.rows()];
    for (int row = from; row < to; row++) {
      int slot = present.slotOf(frames.id(row));
      if (slot >= 0) {
        stays[slot] = true;
        for (int column = 0; column < columns.size(); column++) {
          table.setSlot(slot, columns.get(column), frames.value(column, row));
        }
      } else {
        Born born = table.insert(frames.id(row));
        for (int column = 0; column < columns.size(); column++) {
          born.set(columns.get(column), frames.value(column, row));
        }
        births++;
      }
    }
    for (int slot = 0; slot < stays.length; slot++) {
      if (!stays[slot]) {
        table.removeSlot(slot);
      }
    }
  }
}
