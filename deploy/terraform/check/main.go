// A Terraform provider in place of hashicorp/aws, which is not available everywhere. It has the resources that
// deploy/terraform/aws uses, with the names and types of their arguments from the provider's documentation, and no
// behaviour. With it Terraform checks the whole module, but not whether AWS accepts it.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	managed "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Required arguments, optional arguments, and computed attributes. All are strings unless stated.
type shape struct {
	required, optional, computed []string
	booleans, numbers, maps      []string
}

var resources = map[string]shape{
	"aws_kms_key": {
		optional: []string{"description", "policy"},
		computed: []string{"arn", "key_id", "id"},
		booleans: []string{"enable_key_rotation", "multi_region"},
		numbers:  []string{"deletion_window_in_days"},
		maps:     []string{"tags"},
	},
	"aws_kms_alias": {
		required: []string{"target_key_id"},
		optional: []string{"name"},
		computed: []string{"arn", "target_key_arn", "id"},
	},
	"aws_iam_role": {
		required: []string{"assume_role_policy"},
		optional: []string{"name", "description", "permissions_boundary"},
		computed: []string{"arn", "unique_id", "id"},
		numbers:  []string{"max_session_duration"},
		maps:     []string{"tags"},
	},
	"aws_iam_role_policy": {
		required: []string{"policy", "role"},
		optional: []string{"name"},
		computed: []string{"id"},
	},
}

var sources = map[string][]string{
	"aws_caller_identity": {"account_id", "arn", "user_id", "id"},
	"aws_partition":       {"partition", "dns_suffix", "id"},
}

type standIn struct{}

func (standIn) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = "aws"
}
func (standIn) Schema(_ context.Context, _ provider.SchemaRequest, answer *provider.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"region": schema.StringAttribute{Optional: true}}}
}
func (standIn) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (standIn) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for name, of := range resources {
		all = append(all, func() resource.Resource { return managedOne{name, of} })
	}
	return all
}
func (standIn) DataSources(context.Context) []func() datasource.DataSource {
	var all []func() datasource.DataSource
	for name, fields := range sources {
		all = append(all, func() datasource.DataSource { return readOne{name, fields} })
	}
	return all
}

type managedOne struct {
	name string
	of   shape
}

func (r managedOne) Metadata(_ context.Context, _ resource.MetadataRequest, answer *resource.MetadataResponse) {
	answer.TypeName = r.name
}
func (r managedOne) Schema(_ context.Context, _ resource.SchemaRequest, answer *resource.SchemaResponse) {
	fields := map[string]managed.Attribute{}
	for _, name := range r.of.required {
		fields[name] = managed.StringAttribute{Required: true}
	}
	for _, name := range r.of.optional {
		fields[name] = managed.StringAttribute{Optional: true}
	}
	for _, name := range r.of.computed {
		fields[name] = managed.StringAttribute{Computed: true}
	}
	for _, name := range r.of.booleans {
		fields[name] = managed.BoolAttribute{Optional: true}
	}
	for _, name := range r.of.numbers {
		fields[name] = managed.Int64Attribute{Optional: true}
	}
	for _, name := range r.of.maps {
		fields[name] = managed.MapAttribute{Optional: true, ElementType: types.StringType}
	}
	answer.Schema = managed.Schema{Attributes: fields}
}
func (managedOne) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (managedOne) Read(context.Context, resource.ReadRequest, *resource.ReadResponse)       {}
func (managedOne) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (managedOne) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

type readOne struct {
	name   string
	fields []string
}

func (d readOne) Metadata(_ context.Context, _ datasource.MetadataRequest, answer *datasource.MetadataResponse) {
	answer.TypeName = d.name
}
func (d readOne) Schema(_ context.Context, _ datasource.SchemaRequest, answer *datasource.SchemaResponse) {
	fields := map[string]data.Attribute{}
	for _, name := range d.fields {
		fields[name] = data.StringAttribute{Computed: true}
	}
	answer.Schema = data.Schema{Attributes: fields}
}
func (readOne) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}

func main() {
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/aws"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return standIn{} }, options); err != nil {
		log.Fatal(err)
	}
}
