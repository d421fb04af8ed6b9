#include "clients/archive/export_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "clients/archive/nwb/file_description.h"
#include "clients/archive/nwb/hdf5_output.h"
#include "clients/archive/nwb/metadata_file.h"
#include "clients/archive/nwb/nwb_export.h"
#include "clients/archive/recording_client.h"
#include "clients/archive/recording_text.h"
#include "clients/control/server_options.h"
#include "clients/report/output_file.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"

namespace efferent {
namespace {

struct ExportOptions {
  control::ServerOptions server;
  std::string name;
  std::string path;
  bool overwrite = false;
  std::string metadata_path;  ///< Empty: none.
  archive::FileDescription description;
};

constexpr const char* kExamples = R"(
What is in the file: spike counts or spike times by channel, position and target, what was decoded from
each bin, trials, what happened in the session, and its settings (/general/notes, JSON). Times are
seconds of session time. `efferent stream --recording OUT.nwb` decodes it again.

The file follows version 2.7.0 of the NWB schema. PyNWB and the tools that build on it bring the schema
along and need none in the file. With --specifications there is one all the same, as PyNWB puts it into
its own files: it is copied from any NWB file of yours that has it (version 2.5.0 to 2.7.0), and the
file then says that it is of that version.

A session that runs is exported as far as it has been recorded.

Examples:
  efferent export s1 s1.nwb
  efferent export s1@12 s1.nwb --species "Macaca mulatta" --age P7Y --sex M --lab "Our lab"
  efferent export s1 s1.nwb --metadata lab.yaml
  efferent export s1 s1.nwb --electrode-location "M1, hand area" --specifications other.nwb)";

void PrintTotals(const ExportOptions& options, const v1::Recording& recording,
                 const archive::ExportTotals& totals, double seconds) {
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(options.path));
  Print("{}: {} bins, {} trials, {} spikes, {} events; {} in {:.1f} s\n", options.path,
        totals.num_bins, totals.num_trials, totals.num_spikes, totals.num_events,
        archive::SizeText(size), seconds);
  if (totals.num_missing_bins > 0) {
    Print("  {} bins between the first and the last never came, and have no row\n",
          totals.num_missing_bins);
  }
  if (totals.num_late_spikes > 0) {
    Print("  {} spikes came after their bin had been decoded\n", totals.num_late_spikes);
  }
  if (totals.num_ignored_chunks > 0) {
    Print("  {} chunks that the session ignored are left out\n", totals.num_ignored_chunks);
  }
  if (totals.num_spikes > 0 && !totals.has_counts) {
    Print("  to decode it again: efferent stream --recording {} --bin-width-ms {:g}\n",
          options.path, 1e-6 * static_cast<double>(recording.config().bin_width_ns()));
  }
}

void RunExport(ExportOptions options) {
  const auto began = std::chrono::steady_clock::now();
  if (!options.metadata_path.empty()) {
    archive::ReadMetadata(options.metadata_path, &options.description);
  }
  archive::CheckDescription(options.description);
  OutputFile target(options.path, options.overwrite);
  StopFlag& stop = ProcessStopFlag();
  RecordingClient client(control::Connect(options.server));
  const v1::GetRecordingResponse answer = client.Get(options.name);
  const v1::Recording& recording = answer.recording();

  archive::Hdf5Output file(target.partial_name());
  archive::WriteDescription(options.description, recording, &file);
  archive::NwbExport nwb(answer, target.folder(), &file);
  ProgressBar bar(static_cast<std::int64_t>(recording.applied_sequence_number()));
  std::int64_t sequence_number = 0;
  const bool whole =
      client.Read(recording.name(), stop, [&](const v1::ReadRecordingResponse& piece) {
        for (const v1::RecordedItem& item : piece.items()) {
          nwb.Add(item);
          if (!item.has_chunk()) continue;
          sequence_number = static_cast<std::int64_t>(item.chunk().chunk().sequence_number());
          if (bar.IsDue()) bar.Show(sequence_number, fmt::format("{} bins", nwb.num_bins()));
        }
      });
  if (!whole) throw std::runtime_error("interrupted");
  const archive::ExportTotals totals = nwb.Finish();
  file.Close();
  target.Complete();
  bar.Finish(sequence_number, fmt::format("{} bins", totals.num_bins));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  PrintTotals(options, recording, totals, took.count());
}

void AddDescriptionOptions(CLI::App* command, archive::FileDescription* description) {
  constexpr const char* kGroup = "Description";
  const auto add = [&](const char* option, std::string* value, const char* help) {
    command->add_option(option, *value, help)->group(kGroup);
  };
  add("--session-description", &description->session_description, "What the session was for");
  add("--experiment-description", &description->experiment_description,
      "What the experiment is about");
  add("--institution", &description->institution, "Where it was run");
  add("--lab", &description->lab, "Who runs the laboratory");
  command
      ->add_option("--experimenter", description->experimenters,
                   "Who ran the session, `Last, First`; may be given several times. Never the "
                   "subject, who is known by the session's code only")
      ->allow_extra_args(false)
      ->group(kGroup);
  command->add_option("--keyword", description->keywords, "A keyword; may be given several times")
      ->allow_extra_args(false)
      ->group(kGroup);
  add("--subject-species,--species", &description->species,
      "Species of the subject: in Latin, or a link to the NCBI taxonomy");
  add("--subject-age,--age", &description->age,
      "Age of the subject, a duration of ISO 8601: P7Y, P90D");
  add("--subject-sex,--sex", &description->sex,
      "Sex of the subject: M, F, U (unknown) or O (other)");
  add("--subject-strain", &description->strain, "Strain of the subject");
  add("--subject-genotype", &description->genotype, "Genotype of the subject");
  add("--subject-weight", &description->weight, "Weight of the subject with its unit, `8.2 kg`");
  add("--subject-description", &description->subject_description,
      "More about the subject; nothing that identifies a person");
  add("--electrode-location", &description->electrode_location, "Where the electrodes lie");
  add("--device", &description->device_description, "What the signals were recorded with");
  add("--specifications", &description->specifications_path,
      "NWB file whose copy of the schema goes into the file, see below. Default: none");
}

}  // namespace

void AddExportCommand(CLI::App& app) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "A recorded session as an NWB 2 file.");
  command
      ->add_option("RECORDING", options->name, "ID, or ID@NUMBER; `efferent sessions` lists them")
      ->required();
  command->add_option("OUT", options->path, "File to write, OUT.nwb")->required();
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command
      ->add_option("--metadata", options->metadata_path,
                   "YAML file with the same under the names of the NWB schema: experimenter, lab, "
                   "subject: {species, age, sex, ...}. Options have precedence")
      ->group("Description");
  AddDescriptionOptions(command, &options->description);
  control::AddServerOptions(command, &options->server);
  command->footer(kExamples);
  command->callback([options] { RunExport(*options); });
}

}  // namespace efferent
