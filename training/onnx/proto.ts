/**
 * The part of ONNX's protobuf schema that is written and read here, field numbers as in onnx.proto (ONNX 1.14, IR 9:
 * https://github.com/onnx/onnx/blob/v1.14.1/onnx/onnx.proto). Files are written as IR version 8 with opset 17.
 *
 * What this subset leaves out (external data, sparse tensors, model-local functions, training graphs) is declared all
 * the same, so that a file which uses it is refused instead of read wrongly.
 */
import protobuf from 'protobufjs';
import { FiducialError } from '../../domain/errors.ts';
import type { OnnxModel } from './model.ts';

const SCHEMA = `
syntax = "proto2";
package onnx;
message AttributeProto {
  optional string name = 1;
  optional string ref_attr_name = 21;
  optional int32 type = 20;
  optional float f = 2;
  optional int64 i = 3;
  optional bytes s = 4;
  optional TensorProto t = 5;
  optional GraphProto g = 6;
  repeated float floats = 7;
  repeated int64 ints = 8;
  repeated bytes strings = 9;
  repeated TensorProto tensors = 10;
  repeated GraphProto graphs = 11;
}
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  optional string domain = 7;
  repeated AttributeProto attribute = 5;
}
message ModelProto {
  optional int64 ir_version = 1;
  repeated OperatorSetIdProto opset_import = 8;
  optional string producer_name = 2;
  optional string producer_version = 3;
  optional string domain = 4;
  optional int64 model_version = 5;
  optional string doc_string = 6;
  optional GraphProto graph = 7;
  repeated StringStringEntryProto metadata_props = 14;
  repeated Unsupported functions = 25;
}
message StringStringEntryProto { optional string key = 1; optional string value = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  optional string name = 2;
  repeated TensorProto initializer = 5;
  optional string doc_string = 10;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
  repeated ValueInfoProto value_info = 13;
  repeated Unsupported sparse_initializer = 15;
}
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  repeated int32 int32_data = 5 [packed = true];
  repeated int64 int64_data = 7 [packed = true];
  optional string name = 8;
  optional bytes raw_data = 9;
  repeated double double_data = 10 [packed = true];
  repeated StringStringEntryProto external_data = 13;
  optional int32 data_location = 14;
}
message TensorShapeProto { repeated Dimension dim = 1; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message TypeProto { optional Tensor tensor_type = 1; }
message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message Unsupported {}
`;

const ModelProto = protobuf.parse(SCHEMA).root.lookupType('onnx.ModelProto');

export function encodeModel(model: OnnxModel): Uint8Array {
  return ModelProto.encode(model).finish();
}

/** Throws INVALID_MODEL on what is no ONNX file, or is one that uses features which are not read here. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let model: OnnxModel;
  try {
    const message = ModelProto.decode(bytes);
    model = ModelProto.toObject(message, { longs: Number, arrays: true }) as OnnxModel;
  } catch (cause) {
    throw new FiducialError('INVALID_MODEL', `Expected an ONNX file, got ${bytes.length} bytes that are none`, {
      cause,
    });
  }
  if (!model.graph?.node?.length || !model.opsetImport?.length) {
    throw new FiducialError(
      'INVALID_MODEL',
      `Expected an ONNX file with a graph, got ${bytes.length} bytes without one`,
    );
  }
  refuseWhatIsNotRead(model);
  return model;
}

function refuseWhatIsNotRead(model: OnnxModel): void {
  const found: string[] = [];
  if (model.functions?.length) found.push('model-local functions');
  if (model.graph.sparseInitializer?.length) found.push('sparse tensors');
  if (model.graph.initializer.some((tensor) => tensor.externalData?.length || tensor.dataLocation)) {
    found.push('tensors outside the file');
  }
  if (found.length > 0) {
    const list = found.join(', ');
    throw new FiducialError('INVALID_MODEL', `Expected a self-contained ONNX graph, got ${list}; export it inlined`);
  }
}
