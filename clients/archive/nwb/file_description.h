#pragma once

#include <string>
#include <vector>

#include "clients/archive/nwb/hdf5_output.h"
#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// What a file says beyond what the server has recorded. Empty: it does not say it.
struct FileDescription {
  std::string session_description;
  std::string experiment_description;
  std::string institution;
  std::string lab;
  std::vector<std::string> experimenters;  ///< Who ran the session; never the subject.
  std::vector<std::string> keywords;
  std::string species;  ///< In Latin, or a link to the NCBI taxonomy.
  std::string age;      ///< A duration of ISO 8601, `P7Y`, or two with a slash between them.
  std::string sex;      ///< `M`, `F`, `U` or `O`.
  std::string strain;
  std::string genotype;
  std::string weight;  ///< With its unit, for example `8.2 kg`.
  std::string subject_description;
  std::string electrode_location = "unknown";
  std::string device_description;
  std::string specifications_path;  ///< An NWB file whose `/specifications` are copied.
};

/// Paths of the table of electrodes, one a channel, which units refer to.
inline constexpr const char* kElectrodesPath = "/general/extracellular_ephys/electrodes";

/// @throws InputError naming the option whose value is not in the form that the standard wants.
void CheckDescription(const FileDescription& description);

/// Writes all of an NWB file but its data: the root's datasets and groups, `/general` with the
/// subject, the device and the electrodes. Follows version 2.7.0 of the schema, or that of the
/// specifications which are copied.
/// @throws InputError if the specifications cannot be copied or are of another version; otherwise as
/// Hdf5Output.
void WriteDescription(const FileDescription& description, const v1::Recording& recording,
                      Hdf5Output* file);

}  // namespace efferent::archive
