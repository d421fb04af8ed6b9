#include "clients/archive/nwb/file_description.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <regex>

#include "clients/archive/nwb/nwb_object.h"
#include "clients/archive/nwb/table_output.h"
#include "clients/session/errors.h"
#include "clients/session/message_json.h"
#include "clients/session/unix_clock.h"

namespace efferent::archive {
namespace {

// Newest version of the schema that the files follow, and the others whose rules they keep too.
constexpr const char* kSchemaVersion = "2.7.0";
constexpr std::array kSchemaVersions{"2.5.0", "2.6.0", "2.7.0"};
constexpr const char* kSpecifications = "/specifications";

constexpr const char* kEphys = "/general/extracellular_ephys";
constexpr const char* kDevice = "/general/devices/acquisition";
constexpr const char* kGroupName = "array";

void RequireForm(const char* option, const std::string& value, const char* pattern,
                 const char* form) {
  if (value.empty() || std::regex_match(value, std::regex(pattern))) return;
  throw InputError(fmt::format("{} `{}`: must be {}", option, value, form));
}

/// Returns the version of the schema that the file follows.
std::string CopySpecifications(const std::string& from, Hdf5Output* file) {
  if (from.empty()) return kSchemaVersion;
  const std::vector<std::string> versions =
      Hdf5File(from).Children(std::string(kSpecifications) + "/core");
  const auto known = std::find_first_of(kSchemaVersions.rbegin(), kSchemaVersions.rend(),
                                        versions.begin(), versions.end());
  if (known == kSchemaVersions.rend()) {
    throw InputError(
        fmt::format("--specifications {}: it must hold those of the NWB schema {}; it holds {}",
                    from, fmt::join(kSchemaVersions, ", "),
                    versions.empty() ? "none" : fmt::format("{}", fmt::join(versions, ", "))));
  }
  file->CopyGroup(from, kSpecifications);
  file->ReferenceAttribute("/", ".specloc", kSpecifications);
  return *known;
}

void WriteRoot(const FileDescription& description, const v1::Recording& recording,
               Hdf5Output* file) {
  MarkObject(file, "/", "core", "NWBFile");
  file->TextAttribute("/", "nwb_version",
                      CopySpecifications(description.specifications_path, file));
  const std::string created = IsoTime(recording.create_time_unix_ns());
  file->Text("/identifier", fmt::format("{} {}", recording.name(), created));
  file->Text("/session_description",
             description.session_description.empty()
                 ? fmt::format("Decoding session `{}`, recorded by Efferent {}.",
                               recording.session_id(), recording.server_version())
                 : description.session_description);
  file->Text("/session_start_time", created);
  file->Text("/timestamps_reference_time", created);
  file->Texts("/file_create_date", {IsoTime(UnixNowNs())});
  for (const char* group : {"/acquisition", "/analysis", "/processing", "/stimulus/presentation",
                            "/stimulus/templates"}) {
    file->Group(group);
  }
}

void WriteText(const char* dataset, const std::string& value, Hdf5Output* file) {
  if (!value.empty()) file->Text(dataset, value);
}

void WriteSubject(const FileDescription& description, const std::string& code, Hdf5Output* file) {
  const std::string subject = "/general/subject";
  file->Group(subject);
  MarkObject(file, subject, "core", "Subject");
  file->Text(subject + "/subject_id", code.empty() ? "unknown" : code);
  if (!description.age.empty()) {
    file->Text(subject + "/age", description.age);
    file->TextAttribute(subject + "/age", "reference", "birth");
  }
  WriteText("/general/subject/sex", description.sex, file);
  WriteText("/general/subject/species", description.species, file);
  WriteText("/general/subject/strain", description.strain, file);
  WriteText("/general/subject/genotype", description.genotype, file);
  WriteText("/general/subject/weight", description.weight, file);
  WriteText("/general/subject/description", description.subject_description, file);
}

void WriteElectrodes(const FileDescription& description, std::uint32_t num_channels,
                     Hdf5Output* file) {
  AddObject(file, kDevice, "Device",
            description.device_description.empty() ? "Source of the acquisition stream."
                                                   : description.device_description);
  const std::string group = fmt::format("{}/{}", kEphys, kGroupName);
  AddObject(file, group, "ElectrodeGroup", "The channels of the acquisition stream.");
  file->TextAttribute(group, "location", description.electrode_location);
  file->SoftLink(group + "/device", kDevice);

  TableOutput table(file, kElectrodesPath, "DynamicTable",
                    "The channels of the acquisition stream: row i is channel i.");
  table.Texts("location", "Where the electrode lies.",
              std::vector<std::string>(num_channels, description.electrode_location));
  table.References("group", "The group that the electrode is of.",
                   std::vector<std::string>(num_channels, group));
  table.Texts("group_name", "Name of the group that the electrode is of.",
              std::vector<std::string>(num_channels, kGroupName));
  table.Finish(num_channels);
}

}  // namespace

void CheckDescription(const FileDescription& description) {
  RequireForm("--species", description.species,
              "[A-Z][a-z]+ [a-z-]+( [a-z-]+)?|http://purl\\.obolibrary\\.org/obo/NCBITaxon_[0-9]+",
              "a Latin name such as `Macaca mulatta`, or "
              "http://purl.obolibrary.org/obo/NCBITaxon_NUMBER");
  const std::string duration =
      "P(?=[0-9T])([0-9.]+Y)?([0-9.]+M)?([0-9.]+W)?([0-9.]+D)?(T([0-9.]+H)?([0-9.]+M)?)?";
  RequireForm("--age", description.age, (duration + "(/(" + duration + ")?)?").c_str(),
              "a duration of ISO 8601, `P7Y` or `P90D`, or a range, `P7Y/P8Y`");
  RequireForm("--sex", description.sex, "[MFUO]", "M, F, U (unknown) or O (other)");
  RequireForm("--subject-weight", description.weight, "[0-9]+(\\.[0-9]+)? k?g",
              "a number and its unit, `8.2 kg` or `310 g`");
}

void WriteDescription(const FileDescription& description, const v1::Recording& recording,
                      Hdf5Output* file) {
  WriteRoot(description, recording, file);
  file->Group("/general");
  file->Text("/general/session_id", recording.name());
  WriteText("/general/experiment_description", description.experiment_description, file);
  WriteText("/general/institution", description.institution, file);
  WriteText("/general/lab", description.lab, file);
  if (!description.experimenters.empty()) {
    file->Texts("/general/experimenter", description.experimenters);
  }
  if (!description.keywords.empty()) file->Texts("/general/keywords", description.keywords);
  file->Text("/general/source_script", "efferent export " + recording.name());
  file->TextAttribute("/general/source_script", "file_name", "efferent");
  // The settings in particular: with them the session can be made again.
  file->Text("/general/notes", MessageJson(recording));
  WriteSubject(description, recording.config().subject_code(), file);
  WriteElectrodes(description, recording.config().num_channels(), file);
}

}  // namespace efferent::archive
