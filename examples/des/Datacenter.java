// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.U32Column;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;
import org.cloudsimplus.brokers.DatacenterBroker;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.Host;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.Pe;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.Vm;
import org.cloudsimplus.vms.VmSimple;

/**
 * A datacenter simulated by CloudSim Plus and recorded: {@code Datacenter STORE JOBS}. Prints the
 * framework's own statistics of each job: its number, the machine it ran on, and the seconds at
 * which it started and finished.
 *
 * <p>A discrete-event simulator has no steps of equal length. Each instant at which something
 * happens is a tick here, and table {@code clock} says which second it is.
 */
final class Datacenter {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.appendOnly("clock").column("seconds", ColumnType.F64).unit("s").build(),
          TableSchema.row("machine")
              .externalIds()
              .withoutGenerations()
              .column("cpu", ColumnType.F64)
              .build(),
          TableSchema.row("job")
              .externalIds()
              .withoutGenerations()
              .column("length", ColumnType.I64)
              .column("done", ColumnType.I64)
              .column("status", ColumnType.STRING)
              .reference("machine", "machine")
              .event(EventKind.of("finished", ColumnType.F64))
              .build());

  private final LiveWorld store;
  private final CloudSimPlus simulation = new CloudSimPlus();
  private final List<Vm> machines = new ArrayList<>();
  private final List<Cloudlet> jobs = new ArrayList<>();

  /** What happened since the last tick. */
  private final List<Cloudlet> finished = new ArrayList<>();

  private Datacenter(LiveWorld store) {
    this.store = store;
  }

  public static void main(String[] args) throws IOException {
    try (LiveWorld store = LiveWorld.create(Path.of(args[0]), SCHEMA, WorldOptions.DEFAULT)) {
      Datacenter datacenter = new Datacenter(store);
      datacenter.build(Integer.parseInt(args[1]));
      datacenter.run();
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      for (Cloudlet job : datacenter.jobs) {
        out.println(
            job.getId()
                + ","
                + job.getVm().getId()
                + ","
                + job.getStartTime()
                + ","
                + job.getFinishTime());
      }
    }
  }

  /** Four hosts, eight machines, and jobs of random length that come in over time. */
  private void build(int count) {
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      List<Pe> cores = List.of(new PeSimple(1000), new PeSimple(1000));
      hosts.add(new HostSimple(16_000, 100_000, 1_000_000, cores));
    }
    new DatacenterSimple(simulation, hosts).setSchedulingInterval(1);
    DatacenterBroker broker = new DatacenterBrokerSimple(simulation);
    for (int i = 0; i < 8; i++) {
      machines.add(new VmSimple(i, 1000, 1));
    }
    Random random = new Random(7);
    double arrival = 0;
    for (int i = 0; i < count; i++) {
      arrival += random.nextInt(1, 40) / 4.0;
      Cloudlet job = new CloudletSimple(i, 2_000 + random.nextInt(40_000), 1);
      job.setUtilizationModelCpu(new UtilizationModelFull());
      job.setSubmissionDelay(arrival);
      job.addOnFinishListener(info -> finished.add(info.getCloudlet()));
      jobs.add(job);
    }
    broker.submitVmList(machines);
    broker.submitCloudletList(jobs);
  }

  private void run() {
    simulation.addOnClockTickListener(info -> record(info.getTime()));
    simulation.start();
    record(simulation.clock());
  }

  private void record(double seconds) {
    try {
      store.tick(t -> log(t, seconds));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    finished.clear();
  }

  private void log(Tick t, double seconds) {
    t.table("clock").insert().set("seconds", seconds);
    if (t.tick() == 0) {
      machines.forEach(vm -> t.table("machine").insert((int) vm.getId()));
      jobs.forEach(
          job ->
              t.table("job")
                  .insert((int) job.getId())
                  .set("length", job.getLength())
                  .set("status", job.getStatus().name()));
      return;
    }
    t.changedOnly();
    for (Vm vm : machines) {
      t.table("machine").set((int) vm.getId(), "cpu", vm.getCpuPercentUtilization());
    }
    TickTable table = t.table("job");
    U32Column on = table.before().u32("machine");
    for (Cloudlet job : jobs) {
      int id = (int) job.getId();
      table.set(id, "done", job.getFinishedLengthSoFar());
      table.set(id, "status", job.getStatus().name());
      if (job.getVm() != Vm.NULL && on.number(table.slot(id)) != job.getVm().getId()) {
        table.set(id, "machine", job.getVm().getId());
      }
    }
    finished.forEach(job -> table.event("finished", (int) job.getId(), job.getFinishTime()));
  }
}
